"""The rows of people: who is new, what changes about whom, which posts they hold, and who is out of reach.

One person may stand in several sheets: what an earlier row gave stands, a later one adds what is still missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from branches.models import Organization
from members.dictionaries import PARTY, LeaguePost, PoliticalStatus, PostNature
from members.duplicates import TAKEN, TAKEN_ADVICE
from members.models import LeagueStatus, Member, MemberStatus
from members.models.people import IN_LEAGUE
from members.models.roster import Choice, RowKind, RowState
from members.roster.plans import covered, recognising
from members.roster.plans.directory import Directory
from members.roster.plans.filling import Facts
from members.roster.plans.meeting import Key, key_of
from members.roster.plans.people import Known
from members.roster.plans.plan import NOBODY_YET, PlannedPerson, PlannedRow, PlannedTerm
from members.roster.plans.recognising import Meaning
from members.roster.reading import words
from members.roster.reading.cells import read_date
from members.roster.reading.findings import ELSEWHERE, GONE, KNOWN, OTHER_BRANCH, SAME_PERSON
from tuanjian.officedates import OfficeDate, month_never_overwrites_day

_LEFT_AS_IT_IS: Final = "此人已在册，没有勾选“更新已存在的数据”，不作修改。"
# What somebody is recorded as whose cell for the post is empty in a list of cadres.
_NAMELESS_POST: Final = "团干部"


class Enrolling:
    """Plans the rows of people of one file."""

    def __init__(
        self,
        directory: Directory,
        known: Known,
        *,
        update_existing: bool,
        decisions: Mapping[tuple[str, int], Choice],
    ) -> None:
        self.directory = directory
        self.known = known
        self.decisions = decisions
        self.update_existing = update_existing
        self._facts = Facts(known)
        self.people: list[PlannedPerson] = []
        self._by_key: dict[Key, PlannedPerson] = {}
        self._by_member: dict[int, PlannedPerson] = {}
        self._planned: dict[int, PlannedPerson] = {}
        self._lines: dict[Key, tuple[str, int]] = {}

    def plan(self, row: PlannedRow) -> Key | None:
        """Plan one row and return what makes it and other rows one person. Members come first, then cadres."""
        row.place = place = self._place(row)
        self._recognise(row, place)
        key = key_of(row, place)
        if key is not None:
            self._refuse_twice(row, place, key)
        if row.problems:
            row.state = RowState.INVALID
            row.person = self._meant(row)
        else:
            self._plan_usable(row, place, key)
        return key

    def is_planned(self, person: PlannedPerson) -> bool:
        """Whether the person is one of ``people`` and not only somebody a row seems to mean."""
        return id(person) in self._planned

    def _plan_usable(self, row: PlannedRow, place: Organization | None, key: Key | None) -> None:
        person = self._person(row, place, key)
        if person is None:
            return
        row.person = person
        if not person.is_new:
            recognising.compare_names(row, person.member)
        if not person.is_new and not self.update_existing:
            row.clean.warn(KNOWN, _LEFT_AS_IT_IS, "name")
            return
        self._give_everything(row, person, place)
        if person.is_new:
            row.state = RowState.NEW
        elif row.changes:
            row.state = RowState.UPDATE
        elif Choice.MOVE in row.offers:
            row.state = RowState.ASKED

    def _give_everything(self, row: PlannedRow, person: PlannedPerson, place: Organization | None) -> None:
        self._facts.give(row, person)
        self._give_standing(row, person, place)
        self._give_posts(row, person, place)

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
            if row.clean.claimed:
                return self._named(row, row.clean.claimed, branch=branch)
        top = self.directory.top
        if top.is_branch or (not branch and "branch" not in row.clean.letters):
            return top
        row.clean.refuse("R_BRANCH_UNKNOWN", "没有写所在团支部，请填写团支部的全称或简称。", "branch")
        return None

    def _recognise(self, row: PlannedRow, place: Organization | None) -> None:
        """Find out whom a covered number stands for, in rows of a list that left the system and came back."""
        name = row.clean.facts.get("name")
        if name and covered.is_covered(row.clean):
            row.recognised = covered.recognise(row.clean, self.known.meant_by(row.clean, place))
            if row.recognised is not None:
                covered.take_as_not_given(row.clean)

    def _refuse_twice(self, row: PlannedRow, place: Organization | None, key: Key) -> None:
        """A person stands once in a sheet of people; among cadres once with each post they hold already.

        A second post nobody knows of is as often a line copied by mistake, and so it is refused like any other.
        """
        here = (row.clean.sheet, row.clean.line)
        first, same = self._lines.setdefault((row.clean.kind, *key), here), "同一个人，请删去重复的行。"
        if row.clean.kind == RowKind.CADRES:
            at = place.full_name if place is not None else ""
            lines = [self._lines.setdefault((row.clean.kind, *key, at, *post), here) for post in _posts_said(row)]
            again = next((line for line in lines if line != here), None)
            if again is not None:
                first, same = again, "同一个人的同一个职务，请删去重复的行。"
            elif self._tells_held_posts(row, place):
                return
            else:
                same = "同一个人，请删去重复的行；兼任其他职务的，请在任职组织的团干部页面登记。"
        if first != here:
            where = f"第 {first[1]} 行" if first[0] == here[0] else f"工作表“{first[0]}”第 {first[1]} 行"
            field = "id_number" if "id_number" in row.clean.facts else "name"
            row.clean.refuse("R_ID_DUP", f"与本文件{where}是{same}", field)

    def _tells_held_posts(self, row: PlannedRow, place: Organization | None) -> bool:
        """Whether the row names posts, all of which the person holds at the place, as the lists that left us do."""
        told = row.clean.facts.get("id_number")
        member = self.known.by_number(told["number"], told["type"]) if told else row.recognised
        posts = _posts_said(row)
        if member is None or place is None or not posts or not self.known.is_in_reach(member):
            return False
        return not self._not_held(posts, member, at=place)

    def _person(self, row: PlannedRow, place: Organization | None, key: Key | None) -> PlannedPerson | None:
        """The person the row is about, known or new; None if nothing may be done about them."""
        planned = self._by_key.get(key) if key is not None else None
        if planned is not None:
            return planned
        decision = self._decision(row)
        meaning = recognising.meaning_of(row, place, self.known, decision)
        if not self.update_existing:
            meaning = recognising.without_updates(meaning, decision)
        row.offers = meaning.offers
        if meaning.asks:
            self._ask(row, meaning, place)
            return None
        member = meaning.member
        if member is not None and member.pk in self._by_member:
            planned = self._by_member[member.pk]
        elif member is None:
            planned = PlannedPerson(NOBODY_YET, different=meaning.others)
        elif not self._may_change(row, member, place):
            return None
        else:
            planned = self._by_member[member.pk] = PlannedPerson(member)
        if meaning.number:
            self._facts.give_number(row, planned)
        elif meaning.offers and member is not None and "id_number" in row.clean.facts:
            # The number of the row is the wrong one, and so is what it tells.
            planned.given |= {"birth_on", "gender"}
        if key is not None:
            self._by_key[key] = planned
        if id(planned) not in self._planned:
            self._planned[id(planned)] = planned
            self.people.append(planned)
        return planned

    def _decision(self, row: PlannedRow) -> Choice | None:
        return self.decisions.get((row.clean.sheet[:100], row.clean.line))

    def _ask(self, row: PlannedRow, meaning: Meaning, place: Organization | None) -> None:
        """Show what the row would change about the one it may mean; if that is nothing, there is nothing to ask."""
        row.state = RowState.ASKED
        if meaning.member is not None:
            row.person = supposed = PlannedPerson(meaning.member)
            warned = len(row.warnings)
            self._give_everything(row, supposed, place)
            is_same = not row.changes and "id_number" not in row.clean.facts
            if not self.update_existing:
                # Whatever is decided, nothing of it is going to happen.
                row.changes = {}
                del row.warnings[warned:]
            if is_same:
                row.state, row.offers = RowState.SAME, ()
                return
        row.clean.warn(SAME_PERSON, meaning.asks, "id_number" if "id_number" in row.clean.facts else "name")

    def _may_change(self, row: PlannedRow, member: Member, place: Organization | None) -> bool:
        """Whether the row may say something about a person known already; if not, the row says why."""
        if not self.known.is_in_reach(member):
            if place is not None and member.is_on_roster and self.known.is_kept_elsewhere(member):
                return self._may_fetch(row, member)
            row.state = RowState.ELSEWHERE
            row.clean.warn(ELSEWHERE, TAKEN + TAKEN_ADVICE, "id_number")
            return False
        if not member.is_on_roster and not (row.clean.kind == RowKind.CADRES and _may_serve(member)):
            row.person = PlannedPerson(member)
            recognising.compare_names(row, member)
            message = f"系统中此人的状态是“{member.get_status_display()}”，没有更新，请打开原记录办理。"
            row.clean.warn(GONE, message, "name")
            return False
        return True

    def _may_fetch(self, row: PlannedRow, member: Member) -> bool:
        """Somebody of another branch of the same person's keeping: only once they are to move here."""
        movable = row.clean.kind != RowKind.CADRES and self.update_existing and recognising.may_move(member)
        row.offers = (Choice.MOVE,) if movable else ()
        if movable and self._decision(row) == Choice.MOVE:
            return True
        recognising.compare_names(row, member)
        row.state = RowState.ASKED if movable else RowState.ELSEWHERE
        row.clean.warn(OTHER_BRANCH, _elsewhere(member, movable=movable), "branch")
        return False

    def _meant(self, row: PlannedRow) -> PlannedPerson | None:
        """Whom a refused row means, so that they do not count as missing from the file."""
        member = recognising.meant_though_refused(row, row.place, self.known)
        return PlannedPerson(member) if member is not None and self.known.is_in_reach(member) else None

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
        elif place is not None and place.pk != member.branch_id and person.branch is None:
            self._give_branch(row, person, place)
        now = LeagueStatus(member.league_status)
        if wanted in IN_LEAGUE and wanted != now:
            person.league_status = wanted
            row.changes["团籍"] = person.changes["团籍"] = [now.label, wanted.label]

    def _give_branch(self, row: PlannedRow, person: PlannedPerson, place: Organization) -> None:
        """Somebody who is listed in another branch moves only where a person has ticked that row."""
        member = person.member
        movable = recognising.may_move(member)
        if not movable or self._decision(row) != Choice.MOVE:
            row.offers = (*row.offers, Choice.MOVE) if movable else row.offers
            row.clean.warn(OTHER_BRANCH, _elsewhere(member, movable=movable), "branch")
            return
        row.offers = (*row.offers, Choice.MOVE)
        person.branch = place
        before = member.branch.short_name if member.branch else None
        row.changes["所在团支部"] = person.changes["所在团支部"] = [before, place.short_name]
        if any(term.organization_id == member.branch_id for term in self.known.posts_of(member)):
            row.clean.warn(OTHER_BRANCH, f"此人在{before}的任职没有改动，已不任职的请办理免职。", "branch")

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
        cadres = row.clean.kind == RowKind.CADRES
        posts = _posts_said(row)
        if not cadres:
            posts = [(post, title) for post, title in posts if not title]
        elif not posts and person.is_new and not person.terms:
            row.clean.warn("W_VALUE_UNKNOWN", "没有填写团内职务，暂记为“团干部”，请补正。", "league_post")
            posts = [(LeaguePost.OTHER, _NAMELESS_POST)]
        where = place if cadres else person.place
        if where is None:
            return
        if row.recognised is not None:
            posts = self._not_held(posts, row.recognised, at=where if cadres else None)
        for post, title in posts:
            self._give_post(row, person, self._term(row, person, where, post, title))

    def _not_held(
        self, posts: list[tuple[LeaguePost, str]], member: Member, *, at: Organization | None
    ) -> list[tuple[LeaguePost, str]]:
        """Our lists of people name all posts somebody holds, wherever; those of cadres one post at its place (``at``).

        Titles are compared as they are read back: one may hold the name of a post, or several words.
        """
        terms = self.known.posts_of(member)
        here = [words.read_posts(term.title) for term in terms if at is None or term.organization_id == at.pk]
        held = {post for posts_read, _ in here for post in posts_read}
        titles = {title for _, others in here for title in others}
        return [(post, title) for post, title in posts if (title not in titles if title else post not in held)]

    def _term(
        self, row: PlannedRow, person: PlannedPerson, where: Organization, post: LeaguePost, title: str
    ) -> PlannedTerm:
        for term in person.terms:
            if _are_one(term.organization, where) and term.post == post and term.title == title:
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


def _elsewhere(member: Member, *, movable: bool) -> str:
    here = f"此人现在登记在{member.branch.short_name if member.branch else '其他组织'}，没有改动所在团支部；"
    return here + ("如已转来，请勾选“调入本支部”。" if movable else "如已转来，请办理组织关系转接。")


def _are_one(one: Organization, other: Organization) -> bool:
    """Whether both are the same organisation: one may come with a person, the other from the directory."""
    return one is other or (one.pk is not None and one.pk == other.pk)


def _posts_said(row: PlannedRow) -> list[tuple[LeaguePost, str]]:
    said = row.clean.facts.get("league_post") or {"posts": [], "titles": []}
    return [(LeaguePost(post), "") for post in said["posts"]] + [(LeaguePost.OTHER, title) for title in said["titles"]]


def _may_serve(member: Member) -> bool:
    return member.status == MemberStatus.OVERAGE
