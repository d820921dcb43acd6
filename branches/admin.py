"""System back office: dictionaries, accounts, grants, organisations (through ``tree``) and the log. Never people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from import_export import resources
from import_export.admin import ImportExportModelAdmin
from import_export.fields import Field
from import_export.formats.base_formats import XLSX

from branches import audit, freshness, grants, resets, succession, tree
from branches.models import (
    AccessGrant,
    AuditEntry,
    Organization,
    OrgType,
    PledgeText,
    Role,
    TermRule,
    UnitCategory,
    UnitNature,
    User,
)
from tuanjian import masking
from tuanjian.fields import MobileField

# Groups mean nothing here (rights come from grants); the tables of libraries are for the command line.
for registered in list(admin.site._registry):
    if registered is Group or registered._meta.app_label in {"axes", "django_tasks_database"}:
        admin.site.unregister(registered)


class RefusalsAsMessages(admin.ModelAdmin[Any]):
    """Shows a rule's refusal above the page instead of failing; the transaction is rolled back, nothing is written."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            for sentence in refusal.messages:
                messages.error(request, sentence)
            return redirect(request.path)


class LoggedDeletes(admin.ModelAdmin[Any]):
    """Rows that may be deleted leave an entry each, with what they were."""

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        log_deletion(request, [obj])
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        log_deletion(request, list(queryset))
        super().delete_queryset(request, queryset)


class DatedRuleAdmin(LoggedDeletes):
    """Rules on which the figures kept depend: whatever is done to one, everything is counted anew."""

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        log_change(request, obj, form, change)
        freshness.touch_everything()

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        super().delete_model(request, obj)
        freshness.touch_everything()

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        freshness.touch_everything()


@admin.register(UnitNature, UnitCategory)
class DictionaryAdmin(LoggedDeletes, ImportExportModelAdmin[Any]):  # type: ignore[misc]  # mixins of the library
    """A dictionary table with import and export as XLSX; words in use cannot be deleted, only retired.

    A code stays as it was given: figures of days that are over are kept under it.
    """

    formats = [XLSX]
    # The library's page to choose columns and format has inline scripts, which our policy forbids; there is one format.
    skip_export_form = True
    COLUMNS = {"code": "代码", "name": "名称", "order_number": "排序号", "retired_on": "停用日期"}
    list_display = ["code", "name", "order_number", "retired_on"]
    search_fields = ["code", "name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [] if obj is None else ["code"]

    def get_resource_classes(self, request: HttpRequest) -> list[type[resources.Resource[Any]]]:
        options = {"model": self.model, "fields": tuple(self.COLUMNS), "import_id_fields": ("code",)}
        columns = {name: Field(attribute=name, column_name=heading) for name, heading in self.COLUMNS.items()}
        body = {**columns, "Meta": type("Meta", (), options)}
        return [type("DictionaryResource", (resources.ModelResource,), body)]

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        log_change(request, obj, form, change)

    def generate_log_entries(self, result: Any, request: HttpRequest) -> None:
        """Also in our log: each row that was added or changed by a workbook."""
        super().generate_log_entries(result, request)
        written = [row.object_id for row in result if row.import_type in ("new", "update")]
        changes = {"内容": [None, "按工作簿写入"]}
        model: Any = self.model
        rows = model._default_manager.filter(pk__in=written)
        deeds = [(audit.Kind.IMPORTED, each, None, changes) for each in rows]
        audit.record_many(deeds, by=_staff(request))


@admin.register(TermRule)
class TermRuleAdmin(DatedRuleAdmin):
    list_display = ["type_in_words", "student", "years", "shift_months", "valid_from", "valid_to", "source"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "org_type":
            return forms.ChoiceField(label="组织类别", choices=OrgType.choices)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="组织类别", ordering="org_type")
    def type_in_words(self, rule: TermRule) -> str:
        return str(dict(OrgType.choices).get(rule.org_type, rule.org_type))


def log_deletion(request: HttpRequest, subjects: Sequence[Model]) -> None:
    deeds = [(audit.Kind.DELETED, each, None, {"内容": [str(each), None]}) for each in subjects]
    audit.record_many(deeds, by=_staff(request))


def log_change(request: HttpRequest, subject: Model, form: ModelForm[Any], change: bool) -> None:
    names = {name: str(form.fields[name].label or name) for name in form.changed_data if name in form.fields}
    before = {names[name]: form.initial.get(name) for name in names} if change else {}
    after = {names[name]: _shown(name, form.cleaned_data.get(name)) for name in names}
    kind = audit.Kind.CHANGED if change else audit.Kind.CREATED
    audit.record(kind, subject, by=_staff(request), at=None, changes=audit.difference(before, after))


def _shown(name: str, value: Any) -> Any:
    """Passwords never, phones masked."""
    if "password" in name:
        return masking.HIDDEN
    return masking.mask_phone(value) if name == "phone" and value else value


def _staff(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise ValidationError("请先登录。")
    return request.user


class AccountForm(forms.ModelForm[User]):
    """An account without its password: nobody but its owner ever sets one."""

    phone = MobileField(label="手机号", required=False, help_text="可用来登录；加密保存。")

    class Meta:
        model = User
        fields = ["username", "display_name", "is_active", "is_staff", "is_superuser"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].initial = ""
        if self.instance.phone_masked:
            self.fields["phone"].help_text = f"现为 {self.instance.phone_masked}；留空不改。"

    def clean_is_active(self) -> bool:
        """The last administrator of an organisation stays."""
        active: bool = self.cleaned_data["is_active"]
        if self.instance.pk and not active:
            succession.refuse_disabling(self.instance)
        return active


class AccountCreationForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ("username", "display_name")


@admin.register(User)
class UserAdmin(StockUserAdmin[User]):
    """Accounts. A new one comes without password and with a 重置码, shown once, with which its owner chooses one."""

    form = AccountForm
    add_form = AccountCreationForm
    list_display = ["username", "display_name", "phone_masked", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["username", "display_name"]
    fieldsets = [
        (None, {"fields": ("username", "display_name", "phone")}),
        ("权限", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("时间", {"fields": ("last_login", "date_joined", "pledged_at")}),
    ]
    add_fieldsets = [(None, {"fields": ("username", "display_name")})]
    readonly_fields = ["last_login", "date_joined", "pledged_at"]
    filter_horizontal = ()
    change_form_template = "admin/branches/user/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        own = path("<int:pk>/reset-code/", self.admin_site.admin_view(self.reset_code), name="branches_user_reset_code")
        return [own, *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # accounts are disabled, not deleted: the log names them

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """A system administrator starts the change of a password by a code and never chooses one."""
        raise PermissionDenied

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if form.cleaned_data.get("phone"):
            obj.phone = form.cleaned_data["phone"]
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        log_change(request, obj, form, change)
        freshness.touch_administered(obj)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        return self._shown_once(request, obj)

    @method_decorator(require_POST)
    def reset_code(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a code for this account and show it once."""
        account = get_object_or_404(User, pk=pk)
        return self._shown_once(request, account)

    def _shown_once(self, request: HttpRequest, account: User) -> HttpResponse:
        try:
            issued = resets.issue_by_staff(account, by=_staff(request))
        except ValidationError as refusal:
            messages.error(request, refusal.message)
            return redirect("admin:branches_user_change", account.pk)
        context = {**self.admin_site.each_context(request), "title": "重置码", "account": account, "issued": issued}
        context["entrance"] = request.build_absolute_uri(reverse("branches:reset"))
        response = render(request, "admin/branches/user/code.html", context)
        add_never_cache_headers(response)
        return response


@admin.register(PledgeText)
class PledgeTextAdmin(admin.ModelAdmin[PledgeText]):
    """A new text is added with the day from which everybody is asked again; what somebody confirmed stays as it was."""

    list_display = ["valid_from", "text"]

    def has_change_permission(self, request: HttpRequest, obj: PledgeText | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PledgeText | None = None) -> bool:
        return False

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: PledgeText, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        log_change(request, obj, form, change)


class OrganizationForm(ModelForm[Organization]):
    under = forms.ModelChoiceField(
        Organization.objects.none(), label="上级组织", required=False, help_text="留空为新的组织树的根。"
    )

    class Meta:
        model = Organization
        fields = ("under", "org_type", "full_name", "short_name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["under"]
        else:
            under = self.fields["under"]
            if isinstance(under, forms.ModelChoiceField):
                under.queryset = Organization.objects.active().exclude(org_type=OrgType.BRANCH)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        under, kind = data.get("under"), data.get("org_type")
        if not self.instance.pk and kind and OrgType(kind) not in tree.allowed_types(under):
            self.add_error("org_type", f"{under}之下不能设{OrgType(kind).label}。")
        return data


@admin.register(Organization)
class OrganizationAdmin(RefusalsAsMessages):
    """Roots begin here; everything else has its page. Saved through ``branches.tree``, never directly."""

    form = OrganizationForm
    list_display = ["short_name", "full_name", "org_type", "code", "status"]
    list_filter = ["org_type", "status"]
    search_fields = ["short_name", "full_name", "code"]
    ordering = ["screen_order"]
    readonly_fields = ["code"]

    def get_fields(self, request: HttpRequest, obj: Organization | None = None) -> Any:
        """The superior is chosen once; moving an organisation has a page of its own."""
        names = ["org_type", "full_name", "short_name", "code"]
        return names if obj is not None else ["under", *names[:-1]]

    def has_delete_permission(self, request: HttpRequest, obj: Organization | None = None) -> bool:
        return False

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Organization, form: Any, change: bool) -> None:
        by = _staff(request)
        if not change:
            tree.add(obj, under=form.cleaned_data["under"], by=by)
            return
        names = form.cleaned_data["full_name"], form.cleaned_data["short_name"]
        tree.rename(obj, full_name=names[0], short_name=names[1], by=by, reason="系统后台")
        tree.change_type(obj, org_type=OrgType(form.cleaned_data["org_type"]), by=by, reason="系统后台")


class GrantForm(ModelForm[AccessGrant]):
    class Meta:
        model = AccessGrant
        fields = ("user", "organization", "role", "starts_on", "ends_on")


@admin.register(AccessGrant)
class AccessGrantAdmin(RefusalsAsMessages):
    form = GrantForm
    list_display = ["user", "organization", "role", "starts_on", "ends_on", "ended_at", "granted_by"]
    list_filter = ["role"]
    search_fields = ["user__username", "user__display_name", "organization__short_name"]
    autocomplete_fields = ["user", "organization"]
    list_select_related = ["user", "organization", "granted_by"]

    def has_change_permission(self, request: HttpRequest, obj: AccessGrant | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessGrant | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: AccessGrant, form: Any, change: bool) -> None:
        given = grants.set_up(
            obj.user,
            organization=obj.organization,
            role=Role(obj.role),
            starts_on=obj.starts_on,
            ends_on=obj.ends_on,
            by=_staff(request),
        )
        obj.pk = given.pk


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin[AuditEntry]):
    """Read only. A system administrator finds technical deeds here: entries about people are left out."""

    list_display = ["at", "actor_name", "kind", "object_type", "object_label", "request_number"]
    list_filter = ["kind", "object_type"]
    search_fields = ["actor_name", "request_number"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(object_type__startswith="branches.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
