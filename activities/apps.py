from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "活动"

    def ready(self) -> None:
        from activities import list_kind, one_person
        from activities.ledger import purpose

        purpose.offer()
        one_person.offer()
        list_kind.offer()
