from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "人员"

    def ready(self) -> None:
        from branches import housekeeping, log, outlook, rekeying
        from members import counting, keeping, list_kinds, traces
        from members.lists import keeping as exports_kept
        from members.lists import making
        from members.national_check import comparing
        from members.national_check import keeping as comparisons
        from members.roster.gap_sheets import gaps
        from members.roster.outcome import expiring
        from members.roster.running import checking

        housekeeping.add_chore(checking.return_lost)
        housekeeping.add_chore(expiring.delete_expired)
        housekeeping.add_chore(making.return_lost)
        housekeeping.add_chore(exports_kept.delete_expired)
        housekeeping.add_chore(comparing.return_lost)
        housekeeping.add_chore(comparisons.delete_expired)
        gaps.offer()
        list_kinds.offer_all()
        rekeying.register(*keeping.SEALED_COLUMNS)
        outlook.add_counter(counting.people_in)
        log.add_kin("members.member", traces.posts_of)
