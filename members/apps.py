from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "人员"

    def ready(self) -> None:
        from branches import housekeeping, log, outlook, rekeying
        from members import counting, keeping, traces
        from members.roster import checking, expiring, gaps  # noqa: F401 – registers the purpose

        housekeeping.add_chore(checking.return_lost)
        housekeeping.add_chore(expiring.delete_expired)
        rekeying.register(*keeping.SEALED_COLUMNS)
        outlook.add_counter(counting.people_in)
        log.add_kin("members.member", traces.posts_of)
