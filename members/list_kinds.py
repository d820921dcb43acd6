"""The lists of people and organisations that can be taken out, in the order and with the conditions of their pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from django.db.models import Prefetch
from django.http import QueryDict

from branches import browsing
from branches.filters import LowerFilter
from branches.models import Organization, User
from branches.scoping import Sight
from members import cadres, privacy, wording
from members.cadre_tables import CadreFilter
from members.filters import MemberFilter, PeopleFilter, YouthFilter
from members.lists.kinds import ListKind, Queried, offer
from members.models import CadreTerm, Member
from members.models.outgoing import ListKey
from members.models.people import MemberQuerySet
from members.papers import COLUMNS
from tuanjian import asking
from tuanjian.officedates import OfficeDate
from tuanjian.spreadsheets.writing import Column, Value

# Number and phone are kept sealed; of the number only the head is shown.
_COLUMN_OF: Final = {"id_number": "id_number_head", "phone": "phone_sealed"}
# What tells members from other young people stays out: sheets with it are read as lists of members.
_OF_YOUTH: Final = tuple(name for name in COLUMNS if name not in ("joined_on", "member_no"))


def offer_all() -> None:
    """Offer them; called when the app starts."""
    for kind in (
        _people(ListKey.MEMBERS, "团员", MemberFilter, tuple(COLUMNS)),
        _people(ListKey.YOUTH, "青年", YouthFilter, _OF_YOUTH),
        _CADRES,
        _ORGANIZATIONS,
    ):
        offer(kind)


def _people(key: ListKey, sheet: str, form: type[PeopleFilter], facts: Sequence[str]) -> ListKind:
    def query(data: QueryDict, organization: Organization, user: User) -> Queried:
        asked = form(data, queryset=Member.objects.visible_to(user).under(organization))
        return Queried(_with_posts(asked.qs, facts), asked.in_words, asked.is_valid())

    def write(people: Iterable[Member], user: User) -> Iterator[Sequence[Value]]:
        own = privacy.own_branches(user)
        # The branches of everybody, once: making one for each line takes as long as the person.
        names = dict(Organization.objects.visible_to(user, sight=Sight.ROSTER).values_list("pk", "full_name"))
        for number, member in enumerate(people, 1):
            said = [
                privacy.phone_as_seen(member, own) if name == "phone" else wording.said(member, name) for name in facts
            ]
            branch = names.get(member.branch_id or 0, "")
            yield [number, branch, *said, "、".join(term.title for term in getattr(member, "current_terms", ()))]

    return ListKind(
        key=key,
        unit="人",
        sheet=sheet,
        columns=(
            Column("序号", width=6, number_format="0"),
            Column("所在团支部", width=40),
            *(Column(wording.label_of(name), width=COLUMNS[name]) for name in facts),
            Column("团内职务", width=18),
        ),
        query=query,
        write=write,
        people_of=lambda member: (member.pk,),
        shown_at=f"members:{key.value}",
    )


def _with_posts(people: Any, facts: Sequence[str]) -> MemberQuerySet:
    posts = CadreTerm.objects.current().only("person", "post", "post_title").order_by("rank", "id")
    dates = [f"{name}_is_month" for name in facts if name in wording.MONTHS]
    columns = [_COLUMN_OF.get(name, name) for name in facts]
    listed: MemberQuerySet = people.only("branch", *columns, *dates)
    listed = listed.prefetch_related(Prefetch("terms", queryset=posts, to_attr="current_terms"))
    return listed.order_by("branch__screen_order", "pinyin", "id")


def _terms_asked(data: QueryDict, organization: Organization, user: User) -> Queried:
    asked = CadreFilter(data, cadres.terms_in_sight(organization, user=user), organization=organization, user=user)
    said = asking.in_words(asked.form, but=("organization", "ended"))
    ended = "含已免职" if asked.form.data.get("ended") else ""
    return Queried(asked.qs, "，".join(filter(None, [said, ended])), asked.is_valid())


def _write_terms(terms: Iterable[CadreTerm], user: User) -> Iterator[Sequence[Value]]:
    own = privacy.own_branches(user)
    for number, term in enumerate(terms, 1):
        person = term.person
        began = OfficeDate(term.started_on, is_month=term.started_on_is_month) if term.started_on else ""
        yield [
            *(number, term.organization.full_name, person.name, wording.said(person, "gender")),
            *(wording.said(person, "birth_on"), wording.said(person, "id_number"), term.title, str(began)),
            *(term.get_nature_display(), wording.said(person, "political_status")),
            *(wording.said(person, "education"), privacy.phone_as_seen(person, own)),
            str(term.ended_on or ""),
        ]


_CADRES: Final = ListKind(
    key=ListKey.CADRES,
    unit="项任职",
    sheet="团干部",
    columns=(
        Column("序号", width=6, number_format="0"),
        Column("任职组织", width=40),
        Column("姓名", width=10),
        Column("性别", width=6),
        Column("出生日期", width=12),
        Column("证件号码", width=22),
        Column("团内职务", width=14),
        Column("任现职年月", width=12),
        Column("团干部性质", width=12),
        Column("政治面貌", width=12),
        Column("学历", width=12),
        Column("手机号", width=14),
        Column("免职日期", width=12),
    ),
    query=_terms_asked,
    write=_write_terms,
    people_of=lambda term: (term.person_id,),
    shown_at="members:cadres",
)


def _organizations_asked(data: QueryDict, organization: Organization, user: User) -> Queried:
    rows = browsing.lower_of(organization, user, everything=data.get("all") == "1")
    asked = LowerFilter(data, rows)
    return Queried(asked.qs.select_related("unit_category"), asking.in_words(asked.form), asked.is_valid())


def _write_organizations(rows: Iterable[Organization], user: User) -> Iterator[Sequence[Value]]:
    names = dict(Organization.objects.visible_to(user).values_list("path", "full_name"))
    for number, row in enumerate(rows, 1):
        founded = OfficeDate(row.founded_on, is_month=row.founded_on_is_month) if row.founded_on else ""
        category = str(row.unit_category) if row.unit_category else ""
        yield [
            *(number, names.get(row.parent_path, ""), row.full_name, row.short_name, row.get_org_type_display()),
            *(category, str(founded), row.contact_phone),
        ]


_ORGANIZATIONS: Final = ListKind(
    key=ListKey.ORGANIZATIONS,
    unit="个组织",
    sheet="团组织",
    columns=(
        Column("序号", width=6, number_format="0"),
        Column("上级组织", width=40),
        Column("组织全称", width=44),
        Column("组织简称", width=24),
        Column("组织类别", width=14),
        Column("行业类别", width=24),
        Column("成立时间", width=12),
        Column("联系电话", width=16),
    ),
    query=_organizations_asked,
    write=_write_organizations,
    people_of=lambda organization: (),
    shown_at="branches:lower",
)
