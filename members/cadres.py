"""团干部: who holds which post where. Appointing, correcting what was entered, ending."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from branches import audit
from branches.models import AuditEntry, Organization, OrgType, User
from branches.scoping import Right
from members import counted, records, search
from members.dictionaries import LeaguePost
from members.models import AgeRule, CadreTerm, Member, MemberStatus
from members.models.cadres import CadreTermQuerySet
from members.models.people import GONE, MemberQuerySet
from members.models.rules import age_rules
from tuanjian.officedates import OfficeDate, month_never_overwrites_day

STALE = "stale"
MOST_CANDIDATES = 50

_COMMITTEE = (
    LeaguePost.SECRETARY,
    LeaguePost.DEPUTY_SECRETARY,
    LeaguePost.STANDING_MEMBER,
    LeaguePost.COMMITTEE_MEMBER,
    LeaguePost.ALTERNATE_MEMBER,
    LeaguePost.STAFF,
    LeaguePost.OTHER,
)
_BRANCH = (
    LeaguePost.SECRETARY,
    LeaguePost.DEPUTY_SECRETARY,
    LeaguePost.ORGANIZATION_OFFICER,
    LeaguePost.PUBLICITY_OFFICER,
    LeaguePost.CULTURE_OFFICER,
    LeaguePost.PRODUCTION_OFFICER,
    LeaguePost.RIGHTS_OFFICER,
    LeaguePost.VOLUNTEER_OFFICER,
    LeaguePost.STUDY_OFFICER,
    LeaguePost.DISCIPLINE_OFFICER,
    LeaguePost.GROUP_LEADER,
    LeaguePost.OTHER,
)
# Whoever left the League for age may serve it on; all others who are gone may not.
_MAY_NOT_SERVE = {*GONE, MemberStatus.VOID} - {MemberStatus.OVERAGE}


def posts_of(organization: Organization) -> list[LeaguePost]:
    """Posts an organisation of this type has (团内职务, list of the provincial system), in the order of the dictionary.

    A general branch divides the work of its committee like a branch and so has the posts of both.
    """
    match organization.org_type:
        case OrgType.BRANCH:
            return list(_BRANCH)
        case OrgType.GENERAL_BRANCH:
            return [post for post in LeaguePost if post in _COMMITTEE or post in _BRANCH]
        case _:
            return list(_COMMITTEE)


def terms_in_sight(organization: Organization, *, user: User) -> CadreTermQuerySet:
    """Posts in the subtree, present and past, in office order.

    ``person_in_sight`` says whether the person's own page may be opened (who was relieved may have left the scope),
    ``manageable`` whether the post may be changed.
    """
    terms = CadreTerm.objects.visible_to(user).under(organization)
    visible = Member.objects.visible_to(user).filter(pk=OuterRef("person"))
    managed = CadreTerm.objects.manageable_by(user, right=Right.PEOPLE).filter(pk=OuterRef("pk"))
    return (
        terms.exclude(person__status=MemberStatus.VOID)
        .annotate(person_in_sight=Exists(visible), manageable=Exists(managed))
        .select_related("person__branch", "organization")
        .in_office_order()
    )


def candidates(organization: Organization, *, by: User | None) -> MemberQuerySet:
    """People who may be given a post there: those of its subtree, and everybody else ``by`` manages.

    Nobody is named here whom ``by`` may not see; ``None`` (the demo, commands) chooses freely.
    """
    able = Member.objects.exclude(status__in=_MAY_NOT_SERVE).by_pinyin()
    if by is None:
        return able
    seen = Member.objects.visible_to(by).filter(pk=OuterRef("pk"))
    managed = Member.objects.manageable_by(by, right=Right.PEOPLE).filter(pk=OuterRef("pk"))
    near = Member.objects.inside([organization.path])
    return able.filter(Exists(seen)).filter(near | Exists(managed))


def find_candidates(organization: Organization, *, text: str, by: User) -> list[Member]:
    """Candidates somebody means by a name, its initials or a number; without a text those of the own subtree.

    One more than MOST_CANDIDATES come when there are too many to choose from.
    """
    text = search.tidy(text)
    people = search.with_posts(candidates(organization, by=by).select_related("branch"), user=by)
    if not text:
        return list(people.filter(Member.objects.inside([organization.path]))[: MOST_CANDIDATES + 1])
    found = list(people.filter(search.people_matching(text))[: MOST_CANDIDATES + 1])
    return found or list(people.filter(search.people_containing(text))[: MOST_CANDIDATES + 1])


@transaction.atomic
def appoint(term: CadreTerm, *, by: User | None) -> CadreTerm:
    """Save a new post (登记任职); a person not yet saved is entered first (``members.records``).

    Refuses a closed organisation, a post its type does not have, 其他 without a title, a start in the future, a person
    out of reach or no longer here, the same post twice, and a second secretary.
    """
    term.organization = _locked(term.organization)
    _refuse_facts(term)
    if term.person._state.adding:
        term.person = records.enter(term.person, by=by, at=term.organization)
    else:
        _refuse_person(_standing_still(term.person), term.organization, by)
    _refuse_taken(term)
    term.rank = CadreTerm.rank_of(term.post)
    term.recorded_by = by
    term.save(force_insert=True)
    changes = audit.difference({}, in_words(term))
    audit.record(audit.Kind.CREATED, term, by=by, at=term.organization, changes=changes)
    _touch(term)
    return term


@transaction.atomic
def correct_term(term: CadreTerm, *, version: int, by: User) -> CadreTerm:
    """Save corrected facts of a post held now; person and organisation stay.

    A month does not overwrite the day already known within it. Refuses what ``appoint`` refuses about the facts, a post
    that has ended, and – with the code STALE – one that somebody else changed since ``version`` was read.
    """
    _locked(term.organization)
    rows = CadreTerm.objects.select_for_update(of=("self",), no_key=True).select_related("organization", "person")
    stored = rows.get(pk=term.pk)
    if stored.version != version:
        raise ValidationError("这条任职已被他人修改，请比对后再保存。", code=STALE)
    if stored.ended_on is not None:
        raise ValidationError("已经免职的记录不能再修改。如有错误，请重新登记任职。")
    if term.started_on is not None:
        kept = month_never_overwrites_day(
            OfficeDate(stored.started_on, stored.started_on_is_month) if stored.started_on else None,
            OfficeDate(term.started_on, term.started_on_is_month),
        )
        term.started_on, term.started_on_is_month = kept.day, kept.is_month
    _refuse_facts(term, present=stored.post)
    _refuse_taken(term)
    changes = audit.difference(in_words(stored), in_words(term))
    if changes:
        term.rank = CadreTerm.rank_of(term.post)
        term.version = stored.version + 1
        term.save()
        audit.record(audit.Kind.CHANGED, term, by=by, at=term.organization, changes=changes)
        _touch(term)
    return term


@transaction.atomic
def end_term(term: CadreTerm, *, on: dt.date, reason: str, by: User | None) -> None:
    """End a post (免职) on that day; the person and other posts stay.

    Refuses a post that has ended, a day before it began or after today, and a missing reason.
    """
    term.refresh_from_db(from_queryset=CadreTerm.objects.select_for_update(no_key=True))
    if term.ended_on is not None:
        raise ValidationError("这项职务已经免去，不需要再次办理。")
    if on > timezone.localdate():
        raise ValidationError({"ended_on": "免职日期不能晚于今天。"})
    if term.started_on is not None and on < term.started_on:
        began = OfficeDate(term.started_on, term.started_on_is_month)
        raise ValidationError({"ended_on": f"免职日期不能早于任现职时间（{began}），请检查日期。"})
    if not reason.strip():
        raise ValidationError({"reason": "请填写免职原因。"})
    term.ended_on, term.end_reason, term.ended_recorded_at = on, reason.strip()[:200], timezone.now()
    term.version += 1
    term.save(update_fields=["ended_on", "end_reason", "ended_recorded_at", "version"])
    changes = {"免职日期": [None, str(on)]}
    audit.record(audit.Kind.ENDED, term, by=by, at=term.organization, changes=changes, reason=reason.strip())
    _touch(term)


@transaction.atomic
def people_in(terms: QuerySet[CadreTerm]) -> int:
    """How many people hold these posts; somebody with two is one cadre."""
    return terms.order_by().values("person").distinct().count()


def last_change(term: CadreTerm) -> AuditEntry | None:
    """Who changed this post last, and when; None if nobody has since it was entered."""
    entries = AuditEntry.objects.filter(object_type=term._meta.label_lower, object_id=str(term.pk))
    return entries.filter(kind=AuditEntry.Kind.CHANGED).first()


def age_warning(person: Member, *, on: dt.date) -> str:
    """Sentence about an age outside of the youth bounds of that day, "" if there is none. It never refuses."""
    age = person.age_on(on)
    rules = age_rules(on)
    if age is None or rules[AgeRule.Kind.YOUTH_FROM] <= age <= rules[AgeRule.Kind.YOUTH_TO]:
        return ""
    bounds = f"{rules[AgeRule.Kind.YOUTH_FROM]}–{rules[AgeRule.Kind.YOUTH_TO]} 周岁"
    return f"{person.name}现年 {age} 周岁，不在 {bounds}之内，请核对出生日期和任职是否有误。"


def consequences_of_ending(term: CadreTerm, *, on: dt.date) -> list[str]:
    """What else follows when this post ends, for the page that asks before it does."""
    person = term.person
    if person.terms.filter(ended_on=None).exclude(pk=term.pk).exists():
        return []
    said = []
    if person.branch_id is None:
        said.append("此人没有所在团支部，免职后不再出现在本组织的人员名单里，只在已免职的任职记录中可查。")
    age = person.age_on(on)
    if person.is_in_league and age is not None and age >= age_rules(on)[AgeRule.Kind.LEAVE_AT]:
        said.append(f"此人已满 {age} 周岁，免职后不再担任团内职务，应办理超龄离团。")
    return said


def in_words(term: CadreTerm) -> dict[str, str | None]:
    """The facts of a post as a person reads them, by their Chinese names; None where nothing was entered."""
    started = OfficeDate(term.started_on, term.started_on_is_month) if term.started_on else None
    party = {True: "是", False: "否", None: None}[term.is_party_committee_member]
    return {
        "姓名": term.person.name,
        "团内职务": term.title,
        "团干部性质": term.get_nature_display() or None,
        "任职方式": term.get_manner_display() or None,
        "任现职年月": str(started) if started else None,
        "是否同级党委（支部）成员": party,
    }


def _locked(organization: Organization) -> Organization:
    """The organisation as it is now; whoever appoints or closes there meanwhile waits."""
    now = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if now.is_closed:
        raise ValidationError(f"{now.short_name}已撤销，不能再登记任职。")
    return now


def _standing_still(person: Member) -> Member:
    """The person as they are now; whoever voids or merges the record meanwhile waits.

    Not waited for: an import holds people before organisations, so each would wait for the other.
    """
    rows = Member.objects.select_for_update(no_key=True, skip_locked=True)
    if (now := rows.filter(pk=person.pk).first()) is None:
        raise ValidationError(f"{person.name}的记录正由他人办理，请稍后再登记。")
    return now


def _refuse_facts(term: CadreTerm, *, present: str = "") -> None:
    if term.post not in posts_of(term.organization) and term.post != present:
        kind = term.organization.get_org_type_display()
        raise ValidationError({"post": f"{kind}没有“{LeaguePost(term.post).label}”这一职务，请改选团内职务。"})
    if term.post == LeaguePost.OTHER and not term.post_title:
        raise ValidationError({"post_title": "选了“其他”，请填写职务名称。"})
    if term.started_on is not None and term.started_on > timezone.localdate():
        raise ValidationError({"started_on": "任现职年月不能晚于今天。"})


def _refuse_person(person: Member, organization: Organization, by: User | None) -> None:
    if person.status in _MAY_NOT_SERVE:
        status = person.get_status_display()
        raise ValidationError(f"{person.name}的状态是“{status}”，不能登记任职，请先核对人员状态。")
    if not candidates(organization, by=by).filter(pk=person.pk).exists():
        raise ValidationError("没有找到这个人，请在本组织及下级组织的人员中查找。")


def _refuse_taken(term: CadreTerm) -> None:
    others = CadreTerm.objects.filter(organization=term.organization, post=term.post, ended_on=None).exclude(pk=term.pk)
    if others.filter(person=term.person, post_title=term.post_title).exists():
        raise ValidationError(f"{term.person.name}已在任{term.organization.short_name}{term.title}，不需要重复登记。")
    if term.post == LeaguePost.SECRETARY and (holder := others.select_related("person").first()):
        raise ValidationError(
            {
                "post": f"{term.organization.short_name}的书记现由{holder.person.name}担任，"
                "请先为其办理免职，再登记新的书记。"
            }
        )


def _touch(term: CadreTerm) -> None:
    counted.touch_people([term.person_id], also=[term.organization_id])
