from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "人员"

    def ready(self) -> None:
        from branches import housekeeping
        from members.roster import checking

        housekeeping.add_chore(checking.return_lost)
