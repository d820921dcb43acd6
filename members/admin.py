"""Age rules; people themselves never appear in the back office."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from branches import admin as back_office
from members.models import AgeRule


@admin.register(AgeRule)
class AgeRuleAdmin(admin.ModelAdmin[AgeRule]):
    list_display = ["kind", "age", "valid_from", "valid_to", "source"]
    list_filter = ["kind"]

    def has_delete_permission(self, request: HttpRequest, obj: AgeRule | None = None) -> bool:
        return False  # a rule ends by its last day and its successor; people were entered under it

    def save_model(self, request: HttpRequest, obj: AgeRule, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        back_office.log_change(request, obj, form, change)
