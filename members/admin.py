"""Age rules, export profiles and limits; people themselves never appear in the back office."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from branches import admin as back_office
from branches import audit
from branches.models import User
from members import exports
from members.forms.export_profiles import ExportColumnForm
from members.models import AgeRule, ExportColumn, ExportProfile, PrivacyLimits


@admin.register(AgeRule)
class AgeRuleAdmin(back_office.DatedRuleAdmin):
    list_display = ["kind", "age", "valid_from", "valid_to", "source"]
    list_filter = ["kind"]

    def has_delete_permission(self, request: HttpRequest, obj: AgeRule | None = None) -> bool:
        return False  # a rule ends by its last day and its successor; people were entered under it


@admin.register(PrivacyLimits)
class PrivacyLimitsAdmin(admin.ModelAdmin[PrivacyLimits]):
    """How many clear numbers one person takes alone, by tree; a tree without a row has what a new one offers."""

    list_display = ["organization", "reveals_per_hour", "rows_without_approval", "approve_minors"]

    def has_delete_permission(self, request: HttpRequest, obj: PrivacyLimits | None = None) -> bool:
        return False  # the numbers can be set back, and then the log says who did

    def save_model(self, request: HttpRequest, obj: PrivacyLimits, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        back_office.log_change(request, obj, form, change)


class ExportColumnInline(admin.TabularInline[ExportColumn, ExportProfile]):
    model = ExportColumn
    form = ExportColumnForm
    extra = 1


@admin.register(ExportProfile)
class ExportProfileAdmin(admin.ModelAdmin[ExportProfile]):
    """How other systems want their sheets: columns, order, headings, words."""

    list_display = ["name", "people", "is_active", "note"]
    inlines = [ExportColumnInline]
    actions = ["copy"]

    def has_delete_permission(self, request: HttpRequest, obj: ExportProfile | None = None) -> bool:
        return False  # taken out of use instead: the log names it

    def save_model(self, request: HttpRequest, obj: ExportProfile, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        back_office.log_change(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        profile: ExportProfile = form.instance
        before = exports.described(profile)
        super().save_related(request, form, formsets, change)
        after = dict.fromkeys(before) | exports.described(profile)
        if changes := audit.difference(before, after):
            audit.record(audit.Kind.CHANGED, profile, by=_staff(request), at=None, changes=changes)

    @admin.action(description="复制所选的导出方案", permissions=["add"])
    def copy(self, request: HttpRequest, queryset: QuerySet[ExportProfile]) -> None:
        for profile in queryset:
            try:
                copied = exports.copy(profile, by=_staff(request))
            except ValidationError as refusal:
                self.message_user(request, refusal.messages[0], messages.ERROR)
            else:
                self.message_user(request, f"已复制为“{copied}”，请修改后启用。", messages.SUCCESS)


def _staff(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the back office lets nobody else in
    return request.user
