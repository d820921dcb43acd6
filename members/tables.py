"""Lists of people."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.db.models import F
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from branches.models import Organization, User
from branches.scoping import Right, rights_at
from members import national, privacy
from members.completeness import Fact, gaps_of
from members.models import AgeRule, CadreTerm, Member, MemberStatus
from members.models.people import MemberQuerySet
from members.models.rules import age_rules
from members.portrait import state_of
from tuanjian.idnumbers import Gender

DASH = "—"
MISSING = format_html('<span class="missing">{}</span>', "未填")


def _month(day: dt.date, word: str) -> SafeString:
    """A month; on a card, where the heading is gone, with the word that tells what happened then."""
    return format_html('{}<span class="only-phone"> {}</span>', f"{day:%Y-%m}", word)


def _missing(label: str) -> SafeString:
    return format_html('<span class="missing"><span class="only-phone">{}</span>未填</span>', label)


def _cell(css: str) -> dict[str, dict[str, str]]:
    return {"th": {"class": css}, "td": {"class": css}}


class TickColumn(tables.CheckBoxColumn):
    """A tick a row, each with a name of its own; it belongs to the form ``ticked`` that the buttons hand in."""

    @property
    def header(self) -> SafeString:
        return format_html('<input type="checkbox" class="form-check-input" aria-label="{}">', "全选本页")

    def render(self, value: Any, bound_column: Any, record: Member) -> SafeString:
        return format_html(
            '<input type="checkbox" class="form-check-input" form="ticked" name="pk" value="{}" aria-label="选择{}">',
            value,
            record.name,
        )


class PeopleTable(tables.Table):
    """人员: one line a person; under 768 px each line is a card."""

    tick = TickColumn(accessor="pk", attrs=_cell("tick"), verbose_name="")
    seq = tables.Column("序号", empty_values=(), orderable=False, attrs=_cell("seq"))
    name = tables.Column("姓名", attrs=_cell("name"), order_by=("pinyin",))
    beside = tables.Column("", accessor="pk", orderable=False, attrs=_cell("beside only-phone"))
    gender = tables.Column("性别", orderable=False, attrs=_cell("bare"), empty_values=())
    birth_on = tables.Column("出生年月", attrs=_cell("when bare"), empty_values=())
    id_number = tables.Column(
        "证件号码", accessor="id_number_masked", orderable=False, attrs=_cell("id-number not-phone")
    )
    branch = tables.Column("所在团支部", orderable=False, attrs=_cell("bare wide-fact branch"), empty_values=())
    joined_on = tables.Column("入团年月", attrs=_cell("when bare"), empty_values=())
    posts = tables.Column("团内职务", accessor="pk", orderable=False, attrs=_cell("not-phone"), empty_values=())
    national = tables.Column(national.LABEL, accessor="pk", orderable=False, attrs=_cell("when"))
    state = tables.Column("状态", accessor="pk", orderable=False, attrs=_cell("state"))
    phone = tables.Column("手机", accessor="pk", orderable=False, attrs=_cell("line-phone only-phone"))
    deeds = tables.Column("操作", accessor="pk", orderable=False, attrs=_cell("deeds"))

    class Meta:
        order_by_field = "sort"
        attrs = {"aria-label": "人员列表"}

    def __init__(
        self,
        data: MemberQuerySet,
        *,
        user: User,
        on: dt.date,
        organization: Organization,
        shows_national: bool = False,
        **kwargs: Any,
    ) -> None:
        self.user, self.on = user, on
        self.own_branches = privacy.own_branches(user)
        self.leave_at = age_rules(on)[AgeRule.Kind.LEAVE_AT]
        # There is room for one of the two beside the rest.
        data, left_out = (national.with_marks(data), "id_number") if shows_national else (data, "national")
        super().__init__(data, exclude=(left_out, *self._meta.exclude), **kwargs)
        # In a branch every card would name the same branch.
        if organization.is_branch:
            self.columns["branch"].column.attrs = _cell("not-phone")

    def render_seq(self) -> int:
        return next(self.numbers)

    def before_render(self, request: Any) -> None:
        """Number the lines on from the pages before; note where the pages of a person lead back to."""
        self.back = urlencode({"next": request.get_full_path()})
        page = getattr(self, "page", None)
        self.numbers = count(page.start_index() if page else 1)

    def render_name(self, record: Member) -> SafeString:
        return format_html('<a href="{}?{}">{}</a>', record.get_absolute_url(), self.back, record.name)

    def render_beside(self, record: Member) -> str:
        return "、".join(title_of(term, record) for term in posts_of(record))

    def render_gender(self, record: Member) -> str | SafeString:
        return record.get_gender_display() if record.gender in (Gender.MALE, Gender.FEMALE) else MISSING

    def render_birth_on(self, record: Member) -> str | SafeString:
        return _month(record.birth_on, "出生") if record.birth_on else _missing("出生年月")

    def render_branch(self, record: Member) -> str:
        return record.branch.short_name if record.branch else DASH

    def render_joined_on(self, record: Member) -> str | SafeString:
        if record.joined_on:
            return _month(record.joined_on, "入团")
        return _missing("入团年月") if record.is_in_league else format_html('<span class="only-wide">{}</span>', DASH)

    def render_posts(self, record: Member) -> str | SafeString:
        titles = [title_of(term, record) for term in posts_of(record)]
        if len(titles) < 2:
            return titles[0] if titles else DASH
        return format_html('<span title="{}">{} 等 {} 项</span>', "、".join(titles), titles[0], len(titles))

    def render_national(self, record: Member) -> SafeString:
        standing = national.standing_of(record)
        title = standing.mark.in_words if standing.mark else ""
        return format_html('<span class="chip chip-{}" title="{}">{}</span>', standing.chip, title, standing.short)

    def render_state(self, record: Member) -> SafeString:
        state, word = state_of(
            record,
            holds_post=bool(posts_of(record)),
            gap_count=getattr(record, "gap_count", 0),
            leave_at=self.leave_at,
            on=self.on,
        )
        said = "、".join(fact.label for fact in lacking(record))
        title = format_html(' title="{}"', said) if said else ""
        return format_html('<span class="chip chip-{}"{}>{}</span>', state, title, word)

    def render_phone(self, record: Member) -> str | SafeString:
        return privacy.phone_as_seen(record, self.own_branches) or MISSING

    def render_deeds(self, record: Member) -> SafeString:
        links = [(f"{record.get_absolute_url()}?{self.back}", "查看")]
        managed = record.branch is not None and Right.PEOPLE in rights_at(self.user, record.branch.path)
        if managed and record.status != MemberStatus.VOID:
            links.append((f"{reverse('members:edit', args=[record.pk])}?{self.back}", "修改"))
        call: str | SafeString = ""
        if record.branch_id in self.own_branches and record.phone_sealed:
            call = format_html('<a class="only-phone" href="tel:{}">拨打</a> ', record.phone)
        more: str | SafeString = ""
        if managed and record.status != MemberStatus.VOID:
            more = format_html(
                ' <details class="drop drop-end only-wide" data-drop><summary>更多</summary>'
                '<ul class="drop-panel"><li><a href="{}">作废</a></li></ul></details>',
                f"{reverse('members:void', args=[record.pk])}?{self.back}",
            )
        return format_html("{}{}{}", call, format_html_join(" ", '<a href="{}">{}</a>', links), more)

    def order_birth_on(self, people: MemberQuerySet, is_descending: bool) -> tuple[MemberQuerySet, bool]:
        return _by_day(people, "birth_on", is_descending), True

    def order_joined_on(self, people: MemberQuerySet, is_descending: bool) -> tuple[MemberQuerySet, bool]:
        return _by_day(people, "joined_on", is_descending), True

    def order_name(self, people: MemberQuerySet, is_descending: bool) -> tuple[MemberQuerySet, bool]:
        mark = "-" if is_descending else ""
        return people.order_by(f"{mark}pinyin", "id"), True


class YouthTable(PeopleTable):
    """青年: with 团籍 instead of 入团年月."""

    league_status = tables.Column("团籍", orderable=False, attrs=_cell("bare when"))

    class Meta(PeopleTable.Meta):
        exclude = ("joined_on",)
        sequence = (
            *("tick", "seq", "name", "beside", "gender", "birth_on", "id_number", "branch", "league_status"),
            *("posts", "state", "phone", "deeds"),
        )


def _by_day(people: MemberQuerySet, column: str, is_descending: bool) -> MemberQuerySet:
    # The databases disagree on where an unknown day belongs; here it stands last, either way.
    day = F(column)
    ordered = day.desc(nulls_last=True) if is_descending else day.asc(nulls_last=True)
    return people.order_by(ordered, "pinyin", "id")


def posts_of(member: Member) -> list[CadreTerm]:
    """Current posts, as read along with the list; those of the own branch first."""
    terms: list[CadreTerm] = getattr(member, "current_terms", [])
    return sorted(terms, key=lambda term: term.organization_id != member.branch_id)


def title_of(term: CadreTerm, member: Member) -> str:
    """The post, with its organisation where that is not the person's own branch."""
    return term.title if term.organization_id == member.branch_id else f"{term.organization.short_name}{term.title}"


def lacking(member: Member) -> list[Fact]:
    """Missing facts, as read along with the list."""
    return gaps_of(member) if getattr(member, "gap_count", 0) else []
