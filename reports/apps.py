from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "统计"

    def ready(self) -> None:
        from branches import housekeeping, rekeying
        from reports.campaigns import freezing
        from reports.circulars import keeping
        from reports.facts import settling
        from reports.spot_checks import keeping as spot_checks

        housekeeping.add_pulse(settling.settle)
        housekeeping.add_chore(freezing.freeze_due)
        rekeying.register(*keeping.SEALED_COLUMNS, *spot_checks.SEALED_COLUMNS)
