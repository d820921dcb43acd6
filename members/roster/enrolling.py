"""The rows of people: who is new, what changes about whom, which posts they hold, and who is out of reach.

One person may stand in several sheets: what an earlier row gave stands, a later one adds what is still missing.
"""

from __future__ import annotations

from typing import Any, Final

from branches.models import Organization
from members.dictionaries import PARTY, LeaguePost, PoliticalStatus, PostNature
from members.duplicates import TAKEN, TAKEN_ADVICE
from members.models import LeagueStatus, Member, MemberStatus
from members.models.people import IN_LEAGUE
from members.models.roster import RowKind, RowState
from members.records import LOCKED
from members.roster import covered, words
from members.roster.cells import read_date
from members.roster.directory import Directory
from members.roster.findings import (
    ELSEWHERE,
    FILLED_ELSEWHERE,
    GONE,
    KNOWN,
    OTHER_BRANCH,
    SAME_PERSON,
)
from members.roster.findings import LOCKED as LOCKED_WARNING
from members.roster.people import Known
from members.roster.plan import PlannedPerson, PlannedRow, PlannedTerm
from members.wording import label_of, said
from tuanjian import idnumbers, masking, sealing
from tuanjian.officedates import OfficeDate, month_never_overwrites_day
from tuanjian.spreadsheets.cleaning import tidy_line, tidy_text

# Facts that go into a column of the same name, and those that go into another.
_SAME: Final = ("name", "gender", "ethnicity", "education", "political_status", "member_no")
_MORE: Final = ("phone", "email", "work_unit", "income_band", "remark")
_DATES: Final = {"birth_date": "birth_on", "joined_on": "joined_on"}
# What is entered by hand may be spaced otherwise than what is read from a cell.
_TIDIED: Final = {"remark": tidy_text, "work_unit": tidy_line, "member_no": idnumbers.tidy}
# What somebody is recorded as whose cell for the post is empty in a list of cadres.
_NAMELESS_POST: Final = "团干部"


class Enrolling:
    """Plans the rows of people of one file."""

    def __init__(self, directory: Directory, known: Known, *, update_existing: bool) -> None:
        self.directory = directory
        self.known = known
        self.update_existing = update_existing
        self.people: list[PlannedPerson] = []
        self._by_key: dict[tuple[str, ...], PlannedPerson] = {}
        self._by_member: dict[int, PlannedPerson] = {}
        self._lines: dict[tuple[str, ...], tuple[str, int]] = {}

    def plan(self, row: PlannedRow) -> None:
        """Plan one row. Members come before cadres, cadres before young people."""
        row.place = place = self._place(row)
        self._recognise(row, place)
        self._refuse_twice(row, place)
        if row.problems:
            row.state = RowState.INVALID
            row.person = self._meant(row)
            return
        person = self._person(row, place)
        if person is None:
            return
        row.person = person
        if not person.is_new and not self.update_existing:
            row.clean.warn(KNOWN, "此人已在册，没有勾选“更新已存在的数据”，不作修改。", "name")
            return
        self._give_facts(row, person)
        self._give_standing(row, person, place)
        self._give_posts(row, person, place)
        if person.is_new:
            row.state = RowState.NEW
        elif row.changes:
            row.state = RowState.UPDATE

    def _place(self, row: PlannedRow) -> Organization | None:
        """The organisation the row names, or that its sheet or section stands for."""
        clean = row.clean
        branch = clean.kind != RowKind.CADRES
        name = clean.facts.get("branch", "")
        organization = self._named(row, name, branch=branch) if name else self._implied(row, branch=branch)
        if organization is None:
            return None
        if branch and not organization.is_branch:
            message = f"{organization.short_name}不是团支部，人员只能登记在团支部，请填写所在的团支部。"
            clean.refuse("R_BRANCH_UNKNOWN", message, "branch")
            return None
        clean.shown["branch"] = organization.full_name
        return organization

    def _named(self, row: PlannedRow, name: str, *, branch: bool) -> Organization | None:
        found = self.directory.find(name, branch=branch)
        if found.organization is None:
            if found.several:
                message = f"有多个组织叫“{name}”，请填写全称。"
            else:
                message = f"在“{self.directory.top.short_name}”及其下级组织中找不到“{name}”，请核对名称。"
                message += self.directory.proposal(name)
            row.clean.refuse("R_BRANCH_UNKNOWN", message, "branch")
        return found.organization

    def _implied(self, row: PlannedRow, *, branch: bool) -> Organization | None:
        if "branch" not in row.clean.letters:
            for place in row.clean.places:
                found = self.directory.find(place, branch=branch).organization
                if found is not None and (found.is_branch or not branch):
                    return found
        top = self.directory.top
        if top.is_branch or (not branch and "branch" not in row.clean.letters):
            return top
        row.clean.refuse("R_BRANCH_UNKNOWN", "没有写所在团支部，请填写团支部的全称或简称。", "branch")
        return None

    def _recognise(self, row: PlannedRow, place: Organization | None) -> None:
        """Find out whom a covered number stands for, in rows of a list that left the system and came back."""
        name = row.clean.facts.get("name")
        if name and covered.is_covered(row.clean):
            row.recognised = covered.recognise(row.clean, self.known.namesakes(name, place))
            if row.recognised is not None:
                covered.take_as_not_given(row.clean)

    def _refuse_twice(self, row: PlannedRow, place: Organization | None) -> None:
        key = _key(row, place)
        if key is None:
            return
        here = (row.clean.sheet, row.clean.line)
        first = self._lines.setdefault((row.clean.kind, *key), here)
        if first != here:
            where = f"第 {first[1]} 行" if first[0] == here[0] else f"工作表“{first[0]}”第 {first[1]} 行"
            field = "id_number" if "id_number" in row.clean.facts else "name"
            row.clean.refuse("R_ID_DUP", f"与本文件{where}是同一个人，请删去重复的行。", field)

    def _person(self, row: PlannedRow, place: Organization | None) -> PlannedPerson | None:
        """The person the row is about, known or new; None if nothing may be done about them."""
        key = _key(row, place)
        planned = self._by_key.get(key) if key is not None else None
        if planned is not None:
            return planned
        member = self._known(row, place)
        if member is not None and member.pk in self._by_member:
            return self._by_member[member.pk]
        if member is None:
            planned = PlannedPerson(Member())
            self._warn_of_namesakes(row, place)
        elif not self.known.is_in_reach(member):
            row.state = RowState.ELSEWHERE
            row.clean.warn(ELSEWHERE, TAKEN + TAKEN_ADVICE, "id_number")
            return None
        elif not member.is_on_roster and not (row.clean.kind == RowKind.CADRES and _may_serve(member)):
            row.person = PlannedPerson(member)
            message = f"系统中此人的状态是“{member.get_status_display()}”，没有更新，请打开原记录办理。"
            row.clean.warn(GONE, message, "name")
            return None
        else:
            planned = self._by_member[member.pk] = PlannedPerson(member)
        if key is not None:
            self._by_key[key] = planned
        self.people.append(planned)
        return planned

    def _known(self, row: PlannedRow, place: Organization | None) -> Member | None:
        told = row.clean.facts.get("id_number")
        if told:
            return self.known.by_number(told["number"], told["type"])
        return row.recognised or self._by_name(row, place)

    def _meant(self, row: PlannedRow) -> PlannedPerson | None:
        """Whom a refused row means, so that they do not count as missing from the file."""
        told = row.clean.facts.get("id_number")
        member = self.known.by_number(told["number"], told["type"]) if told else row.recognised
        return PlannedPerson(member) if member is not None and self.known.is_in_reach(member) else None

    def _by_name(self, row: PlannedRow, place: Organization | None) -> Member | None:
        """Who is meant by a row without a number: the one of that name in the branch, if the month of birth fits."""
        born = str(row.clean.facts.get("birth_date", ""))[:7]
        same = [
            member
            for member in self.known.namesakes(row.clean.facts["name"], place)
            if not born or not member.birth_on or str(member.birth_on)[:7] == born
        ]
        return same[0] if len(same) == 1 else None

    def _warn_of_namesakes(self, row: PlannedRow, place: Organization | None) -> None:
        namesakes = self.known.namesakes(row.clean.facts["name"], place)
        if namesakes and "id_number" in row.clean.facts:
            message = "同一团支部已有同名的人，证件号码不同，疑似同一人，请核对号码。"
            row.clean.warn(SAME_PERSON, message, "id_number")

    def _give_facts(self, row: PlannedRow, person: PlannedPerson) -> None:
        facts = row.clean.facts
        if told := facts.get("id_number"):
            self._give_number(person, told)
        for field in (*_SAME, *_MORE):
            if field in facts:
                self._give(row, person, field, field, facts[field])
        for field, attribute in _DATES.items():
            if field in facts:
                self._give(row, person, field, attribute, read_date(facts[field]))

    def _give_number(self, person: PlannedPerson, told: dict[str, str]) -> None:
        if person.is_new and "id_number" not in person.values:
            person.values |= {"id_number": told["number"], "id_type": told["type"]}

    def _give(self, row: PlannedRow, person: PlannedPerson, field: str, attribute: str, value: Any) -> None:
        """Keep the value if nobody gave one before it, the person lacks it or it says something else."""
        if attribute in person.given:
            if attribute in person.values and field != "gender" and person.values[attribute] != value:
                label = label_of(attribute)
                message = f"{label}与本文件前面的行不同，以前面的为准，请核对。"
                row.clean.warn(FILLED_ELSEWHERE, message, field)
            return
        person.given.add(attribute)
        if person.is_new:
            person.values[attribute] = value
            return
        if isinstance(value, OfficeDate):
            value = month_never_overwrites_day(_stored_date(person.member, attribute), value)
        if _stored(person.member, attribute) == _comparable(attribute, value):
            return
        if attribute in _TIDIED and _TIDIED[attribute](getattr(person.member, attribute)) == value:
            return
        if person.member.is_verified and attribute in LOCKED:
            row.clean.warn(LOCKED_WARNING, f"已核实的记录不改{label_of(attribute)}，请向上级申请更正。", field)
            return
        person.values[attribute] = value
        shown = masking.mask_phone(value) if attribute == "phone" else row.clean.shown.get(field, str(value))
        change = [said(person.member, attribute) or None, shown]
        row.changes[label_of(attribute)] = person.changes[label_of(attribute)] = change

    def _give_standing(self, row: PlannedRow, person: PlannedPerson, place: Organization | None) -> None:
        """League status and branch. Neither is ever taken away, and nobody is moved."""
        if row.recognised is not None:
            # Our lists do not say who is in the League, and the branch is how the person was found.
            return
        member, wanted = person.member, self._wanted_status(row, person, place)
        if person.is_new and person.league_status is None:
            person.league_status = wanted
            person.branch = place if wanted in IN_LEAGUE or row.clean.kind != RowKind.CADRES else None
            return
        if person.is_new or row.clean.kind == RowKind.CADRES:
            return
        if member.branch is None:
            person.branch = place
            change = [None, place.short_name if place else None]
            row.changes["所在团支部"] = person.changes["所在团支部"] = change
        elif place is not None and place.pk != member.branch_id:
            message = f"此人现在登记在{member.branch.short_name}，没有改动所在团支部；如已转来，请办理组织关系转接。"
            row.clean.warn(OTHER_BRANCH, message, "branch")
        now = LeagueStatus(member.league_status)
        if wanted in IN_LEAGUE and wanted != now:
            person.league_status = wanted
            row.changes["团籍"] = person.changes["团籍"] = [now.label, wanted.label]

    def _wanted_status(self, row: PlannedRow, person: PlannedPerson, place: Organization | None) -> LeagueStatus:
        """团籍 as the row has it: a Party member among the members keeps 团籍, others are members.

        In a list of cadres or young people only 共青团员 is a member, and only where there is a number and a branch.
        """
        political = person.values.get("political_status", person.member.political_status)
        in_branch = place is not None and place.is_branch and "id_number" in row.clean.facts
        if row.clean.kind == RowKind.MEMBERS:
            if political in PARTY:
                return LeagueStatus.RETAINED
            others = political not in ("", PoliticalStatus.LEAGUE_MEMBER)
            return LeagueStatus.NONE if others and "joined_on" not in row.clean.facts else LeagueStatus.MEMBER
        if political == PoliticalStatus.LEAGUE_MEMBER and in_branch:
            return LeagueStatus.MEMBER
        return LeagueStatus.NONE

    def _give_posts(self, row: PlannedRow, person: PlannedPerson, place: Organization | None) -> None:
        facts, cadres = row.clean.facts, row.clean.kind == RowKind.CADRES
        said_posts = facts.get("league_post") or {"posts": [], "titles": []}
        posts = [(LeaguePost(post), "") for post in said_posts["posts"]]
        if cadres:
            posts += [(LeaguePost.OTHER, title) for title in said_posts["titles"]]
            if not posts and person.is_new and not person.terms:
                row.clean.warn("W_VALUE_UNKNOWN", "没有填写团内职务，暂记为“团干部”，请补正。", "league_post")
                posts = [(LeaguePost.OTHER, _NAMELESS_POST)]
        where = place if cadres else person.place
        if where is None:
            return
        if row.recognised is not None:
            posts = self._not_held(posts, row.recognised)
        for post, title in posts:
            self._give_post(row, person, self._term(row, person, where, post, title))

    def _not_held(self, posts: list[tuple[LeaguePost, str]], member: Member) -> list[tuple[LeaguePost, str]]:
        """Our lists name all posts somebody holds, whichever organisation they are in."""
        titles = [term.title for term in self.known.posts_of(member)]
        held = {post for title in titles for post in words.read_posts(title)[0]}
        return [(post, title) for post, title in posts if post not in held and title not in titles]

    def _term(
        self, row: PlannedRow, person: PlannedPerson, where: Organization, post: LeaguePost, title: str
    ) -> PlannedTerm:
        for term in person.terms:
            if term.organization is where and term.post == post and term.title == title:
                return term
        held = (
            term
            for term in self.known.posts_of(person.member)
            if term.organization_id == where.pk and term.post == post and term.post_title == title
        )
        term = PlannedTerm(where, post.value, title, next(held, None))
        person.terms.append(term)
        if term.is_new and not person.is_new:
            row.changes[f"任职：{where.short_name}"] = [None, title or post.label]
        return term

    def _give_post(self, row: PlannedRow, person: PlannedPerson, term: PlannedTerm) -> None:
        """Nature and beginning of a post, where they are missing or said otherwise."""
        facts, name = row.clean.facts, term.title or LeaguePost(term.post).label
        nature, started = facts.get("post_nature", ""), facts.get("post_started_on")
        if nature and not term.nature and (term.existing is None or term.existing.nature != nature):
            term.nature = nature
            if term.existing is not None:
                before = term.existing.get_nature_display() or None
                term.changes["团干部性质"] = [before, PostNature(nature).label]
        if started and term.started is None:
            began = term.existing.started_on if term.existing is not None else None
            known = OfficeDate(began, term.existing.started_on_is_month) if began and term.existing else None
            kept = month_never_overwrites_day(known, read_date(started))
            if kept != known:
                term.started = kept
                if term.existing is not None:
                    term.changes["任现职年月"] = [str(known) if known else None, str(kept)]
        row.changes |= {f"{name}：{label}": change for label, change in term.changes.items()}


def _may_serve(member: Member) -> bool:
    return member.status == MemberStatus.OVERAGE


def _key(row: PlannedRow, place: Organization | None) -> tuple[str, ...] | None:
    """What makes two rows one person: the number, else name, branch and month of birth."""
    facts = row.clean.facts
    if told := facts.get("id_number"):
        return ("number", told["type"], told["number"])
    if row.recognised is not None:
        return ("known", str(row.recognised.pk))
    if "name" in facts and place is not None:
        return ("name", facts["name"], place.full_name, str(facts.get("birth_date", ""))[:7])
    return None


def _stored_date(member: Member, attribute: str) -> OfficeDate | None:
    day = getattr(member, attribute)
    return OfficeDate(day, is_month=getattr(member, f"{attribute}_is_month")) if day else None


def _stored(member: Member, attribute: str) -> Any:
    if attribute in _DATES.values():
        return _stored_date(member, attribute)
    return member.phone_index if attribute == "phone" else getattr(member, attribute)


def _comparable(attribute: str, value: Any) -> Any:
    return sealing.blind_index("member.phone", value) if attribute == "phone" else value
