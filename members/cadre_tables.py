"""Query forms and tables of cadres and contacts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from branches.models import Organization, User
from branches.scoping import Sight
from members import privacy, search
from members.dictionaries import LeaguePost, PostNature
from members.filters import AGES, GENDERS, NO_SEX, of_age
from members.models import CadreTerm, Member
from members.models.cadres import CadreTermQuerySet
from tuanjian.asking import ANY, FactFilter
from tuanjian.fields import office_date

# What a list can show before it is easier to type a part of the name.
MOST_IN_LIST = 50
NOTHING = "—"


class NameFilter(django_filters.CharFilter):
    """Name, initials or the end of a phone, within the scope the list has already."""

    def filter(self, qs: Any, value: str) -> Any:
        text = search.tidy(value or "")
        if not text:
            return qs
        meant = Member.objects.filter(search.people_matching(text) | search.people_containing(text))
        return qs.filter(person__in=meant)


class TermFilter(django_filters.FilterSet):
    """What every query form of posts asks; without 含已免职 only posts held now come out."""

    name = NameFilter(
        label="姓名",
        widget=forms.TextInput(attrs={"placeholder": "姓名或拼音首字母", "autocomplete": "off", "maxlength": 60}),
    )
    post = django_filters.ChoiceFilter(label="职务", choices=LeaguePost.choices, empty_label=ANY)

    class Meta:
        model = CadreTerm
        fields: tuple[str, ...] = ("name", "post")

    def leave(self, queryset: CadreTermQuerySet, name: str, value: Any) -> CadreTermQuerySet:
        """Applied elsewhere: the organisation by the caller, 含已免职 below, where its absence is heard too."""
        return queryset

    def filter_queryset(self, queryset: Any) -> Any:
        found: CadreTermQuerySet = super().filter_queryset(queryset)  # type: ignore[assignment]  # what came in
        return found if self.form.cleaned_data.get("ended") else found.current()


class OrganizationCadreFilter(TermFilter):
    """Query form on the page of one organisation."""

    nature = FactFilter("性质", PostNature.choices)
    ended = django_filters.BooleanFilter(label="含已免职", widget=forms.CheckboxInput, method="leave")

    class Meta(TermFilter.Meta):
        fields = ("name", "post", "nature", "ended")


class ContactFilter(TermFilter):
    """Query form of the 通讯录.

    The organisation is chosen here and applied by the caller, who has asked whether it may be looked at.
    """

    organization = django_filters.CharFilter(label="组织", widget=forms.Select, method="leave")

    class Meta(TermFilter.Meta):
        fields: tuple[str, ...] = ("name", "organization", "post")

    def __init__(self, data: QueryDict, queryset: CadreTermQuerySet, *, organization: Organization, user: User):
        data = data.copy()
        data["organization"] = str(organization.pk)
        super().__init__(data, queryset)
        _offer_organizations(self.form.fields["organization"].widget, organization, user)


class CadreFilter(ContactFilter):
    """Query form of the list of cadres."""

    nature = FactFilter("性质", PostNature.choices)
    gender = FactFilter("性别", GENDERS, blank=NO_SEX, field_name="person__gender")
    age = django_filters.ChoiceFilter(label="年龄段", choices=AGES, empty_label=ANY, method="by_age")
    ended = django_filters.BooleanFilter(label="含已免职", widget=forms.CheckboxInput, method="leave")

    class Meta(ContactFilter.Meta):
        fields = ("name", "organization", "post", "nature", "gender", "age", "ended")

    @property
    def is_unfolded(self) -> bool:
        """Whether one of the further fields was used, so that the form shows them."""
        return any((self.data or {}).get(name) for name in ("gender", "age", "ended"))

    def by_age(self, terms: CadreTermQuerySet, name: str, value: str) -> CadreTermQuerySet:
        """Those of people of this age today."""
        return terms.filter(person__in=of_age(Member.objects.all(), value, timezone.localdate()))


def _offer_organizations(widget: Any, chosen: Organization, user: User) -> None:
    """All organisations in scope, or the first of them and a picker that finds the others."""
    in_scope = Organization.objects.visible_to(user, sight=Sight.ROSTER).in_screen_order()
    first = list(in_scope[: MOST_IN_LIST + 1])
    if len(first) > MOST_IN_LIST:
        widget.attrs["data-picker-url"] = reverse("branches:pick")
        first = first[:MOST_IN_LIST]
    if chosen not in first:
        first = [chosen, *first]
    widget.choices = [(str(each.pk), each.short_name) for each in first]


class NumberColumn(tables.Column):
    """序号, running on over the pages."""

    def __init__(self) -> None:
        super().__init__("序号", empty_values=(), orderable=False, attrs=_both("seq"))

    def render(self, bound_row: Any, table: Any) -> int:
        before = table.page.start_index() if getattr(table, "page", None) else 1
        return int(bound_row.row_counter) + before


def _both(css: str) -> dict[str, dict[str, str]]:
    return {"th": {"class": css}, "td": {"class": css}}


class TermTable(tables.Table):
    """What both lists show of a post."""

    number = NumberColumn()
    name = tables.Column("姓名", accessor="person__name", order_by=("person__pinyin", "id"), attrs=_both("name"))
    organization = tables.Column("任职组织", orderable=False, attrs=_both("wide-fact"))
    title = tables.Column("职务", orderable=False, attrs=_both("beside"))

    def render_name(self, record: CadreTerm) -> str | SafeString:
        """A link where the person's page opens: who was relieved may have left the scope."""
        if not record.person_in_sight:  # type: ignore[attr-defined]  # annotated by cadres.terms_in_sight
            return record.person.name
        return format_html('<a href="{}">{}</a>', record.person.get_absolute_url(), record.person.name)

    def render_organization(self, record: CadreTerm) -> SafeString:
        url = reverse("members:organization_cadres", args=[record.organization_id])
        return format_html('<a href="{}">{}</a>', url, record.organization.short_name)


class CadreTable(TermTable):
    """团干部"""

    nature = tables.Column("性质", orderable=False, default=NOTHING)
    manner = tables.Column("任职方式", orderable=False, default=NOTHING)
    started = tables.Column("任现职年月", empty_values=(), order_by=("started_on", "id"), attrs=_both("when"))
    age = tables.Column("年龄", empty_values=(), order_by=("-person__birth_on", "id"), attrs=_both("num"))
    political_status = tables.Column("政治面貌", accessor="person__political_status", orderable=False, default=NOTHING)
    state = tables.Column("状态", empty_values=(), orderable=False, attrs=_both("state"))
    deeds = tables.Column("操作", empty_values=(), orderable=False, attrs=_both("deeds"))

    class Meta:
        sequence: tuple[str, ...] = (
            *("number", "name", "organization", "title", "nature", "manner", "started", "age"),
            *("political_status", "state", "deeds"),
        )

    def render_nature(self, record: CadreTerm) -> str:
        return record.get_nature_display() or NOTHING

    def render_manner(self, record: CadreTerm) -> str:
        return record.get_manner_display() or NOTHING

    def render_started(self, record: CadreTerm) -> str | SafeString:
        started = office_date(record.started_on, record.started_on_is_month)
        return str(started) if started else format_html('<span class="missing">{}</span>', "未填")

    def render_age(self, record: CadreTerm) -> str:
        age = record.person.age_on(timezone.localdate())
        return NOTHING if age is None else f"{age} 岁"

    def render_political_status(self, record: CadreTerm) -> str:
        return record.person.get_political_status_display() or NOTHING

    def render_state(self, record: CadreTerm) -> str:
        words = {"state": "good", "word": "在任"}
        if record.ended_on is not None:
            words = {"state": "neutral", "word": f"{record.ended_on} 免职"}
        return render_to_string("components/_chip.html", words)

    def render_deeds(self, record: CadreTerm) -> str | SafeString:
        if record.ended_on is not None or not record.manageable:  # type: ignore[attr-defined]  # annotated likewise
            return NOTHING
        links = [
            (reverse("members:cadre_edit", args=[record.pk]), "修改", record.person.name),
            (reverse("members:cadre_end", args=[record.pk]), "免职", record.person.name),
        ]
        return format_html_join("", '<a href="{}">{}<span class="visually-hidden">{}</span></a>', links)


class OrganizationCadreTable(CadreTable):
    """团干部 of one organisation: nobody needs to be told which."""

    organization = None

    class Meta(CadreTable.Meta):
        sequence = tuple(name for name in CadreTable.Meta.sequence if name != "organization")


class ContactTable(TermTable):
    """通讯录"""

    work_unit = tables.Column(
        "工作单位", accessor="person__work_unit", orderable=False, default=NOTHING, attrs=_both("wide-fact")
    )
    phone = tables.Column("手机号", empty_values=(), orderable=False, attrs=_both("when"))
    deeds = tables.Column("操作", empty_values=(), orderable=False, attrs=_both("deeds"))

    class Meta:
        sequence = ("number", "name", "title", "organization", "work_unit", "phone", "deeds")

    def __init__(self, data: Iterable[CadreTerm], *, user: User, **kwargs: Any) -> None:
        self.own = privacy.own_branches(user)
        super().__init__(data, **kwargs)

    def render_phone(self, record: CadreTerm) -> str | SafeString:
        phone = privacy.phone_as_seen(record.person, self.own)
        return phone or format_html('<span class="missing">{}</span>', "未填")

    def render_deeds(self, record: CadreTerm) -> str | SafeString:
        """Calling where the phone is shown, else the page on which it can be looked at for a purpose."""
        person = record.person
        if not person.phone_sealed:
            return NOTHING
        if person.branch_id in self.own:
            return format_html(
                '<a href="tel:{}">拨打<span class="visually-hidden">{}</span></a>', person.phone, person.name
            )
        url = person.get_absolute_url()
        return format_html('<a href="{}">查看<span class="visually-hidden">{}</span></a>', url, person.name)
