from django.apps import AppConfig


class BranchesConfig(AppConfig):
    name = "branches"
    verbose_name = "组织、账号与日志"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate, pre_migrate

        from branches import log_guard, rekeying, schema, sign_ins
        from branches.keys import register_keys_after_migrate
        from branches.models import User

        pre_migrate.connect(schema.refuse_newer, sender=self)
        post_migrate.connect(register_keys_after_migrate, sender=self)
        post_migrate.connect(log_guard.install_after_migrate, sender=self)
        sign_ins.connect()
        rekeying.register(rekeying.Sealed(User, "phone_sealed", "user.phone", "phone", ("phone_index",)))
