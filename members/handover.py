"""换届 and 离任交接 in one act: old posts end, new ones begin, rights move on the date, the election is noted.

Rights move by ``branches.grants.hand_over``, which keeps the organisation from ever being without an administrator;
a successor without account gets a 注册码, and whoever leaves stays in office until it is used.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet, TextChoices
from django.utils import timezone

from branches import audit, grants, particulars, registration
from branches.models import AccessGrant, Organization, User
from branches.outlook import Line
from branches.registration import Issued
from branches.scoping import Right
from members import cadres
from members.dictionaries import LeaguePost, PostManner, PostNature
from members.models import CadreTerm, Member
from tuanjian.locks import Lock, hold
from tuanjian.officedates import OfficeDate


class Occasion(TextChoices):
    """What the handover is made for."""

    ELECTION = "election", "换届"
    LEAVING = "leaving", "离任交接"


@dataclass(frozen=True)
class NewPost:
    """A post somebody takes over."""

    person: Member
    post: LeaguePost
    nature: PostNature
    post_title: str = ""

    def __str__(self) -> str:
        return f"{self.person} {self.post_title or self.post.label}"


@dataclass(frozen=True)
class Handover:
    """What is to be done in one act. The successor is an account, or the name of somebody who has none yet."""

    organization: Organization
    occasion: Occasion
    on: dt.date
    ending: tuple[CadreTerm, ...] = ()
    beginning: tuple[NewPost, ...] = ()
    leaving: tuple[AccessGrant, ...] = ()
    successor: User | None = None
    successor_name: str = ""

    @property
    def fingerprint(self) -> str:
        """Changes with everything that was asked for and with everything it was asked of."""
        now = [
            *self.organization.terms.filter(ended_on=None).order_by("pk").values_list("pk", "version"),
            *self.organization.grants.order_by("pk").values_list("pk", "starts_on", "ends_on", "ended_at"),
        ]
        asked = [
            self.occasion.value,
            self.on,
            [term.pk for term in self.ending],
            [(new.person.pk, new.post.value, new.nature.value, new.post_title) for new in self.beginning],
            [given.pk for given in self.leaving],
            self.successor.pk if self.successor else None,
            self.successor_name,
            self.organization.version,
        ]
        return hashlib.sha256(repr([asked, now]).encode()).hexdigest()

    @property
    def moves_rights(self) -> bool:
        return bool(self.leaving or self.successor or self.successor_name)


def posts_to_end(organization: Organization) -> QuerySet[CadreTerm]:
    """Posts held there now, secretary first."""
    return CadreTerm.objects.current().filter(organization=organization).select_related("person").in_office_order()


def grants_to_end(organization: Organization) -> QuerySet[AccessGrant]:
    """Grants on this very organisation in force today or later, administrators first."""
    rows = AccessGrant.objects.lasting(timezone.localdate()).filter(organization=organization)
    return rows.select_related("user").order_by("role", "id")


@transaction.atomic
def hand_over(handover: Handover, *, by: User) -> Issued | None:
    """Do all of it, or nothing. Returns the code to hand out if the successor has no account.

    Posts follow ``members.cadres``, which knows no future; on a later day only rights move. Refuses nothing to do,
    people of other levels, and whatever the rule of each part refuses – sentences about a post name the person.
    """
    hold(Lock.TREE)
    organization = Organization.objects.select_for_update(no_key=True).get(pk=handover.organization.pk)
    _refuse(handover, organization, by)
    reason = handover.occasion.label
    for term in handover.ending:
        with _naming(term):
            cadres.end_term(term, on=handover.on, reason=reason, by=by)
    for new in handover.beginning:
        with _naming(new):
            cadres.appoint(_term(new, handover), by=by)
    if handover.occasion is Occasion.ELECTION:
        held_on = {"last_election_on": OfficeDate(handover.on)}
        particulars.correct(organization, values=held_on, version=organization.version, by=by)
    changes = {line.label: [None, line.value] for line in summary(handover)}
    audit.record(audit.Kind.CHANGED, organization, by=by, at=organization, changes=changes, reason=reason)
    # Last: whoever hands over may be handing over the very rights all of this needs.
    return _move_rights(handover, by)


@transaction.atomic
def rehearse(handover: Handover, *, by: User) -> None:
    """Refuse what ``hand_over`` would refuse, and write nothing."""
    point = transaction.savepoint()
    hand_over(handover, by=by)
    transaction.savepoint_rollback(point)


def summary(handover: Handover) -> list[Line]:
    """What will be done, in words, for the preview and the log."""
    on, until = handover.on, max(handover.on, timezone.localdate())
    lines = [Line("事由", handover.occasion.label), Line("交接日期", str(on))]
    if handover.ending:
        lines.append(Line("免去职务", "、".join(map(str, handover.ending))))
    if handover.beginning:
        lines.append(Line("登记任职", "、".join(map(str, handover.beginning))))
    if handover.leaving:
        who = "、".join(f"{given.user}（{given.get_role_display()}）" for given in handover.leaving)
        lines.append(Line("交出授权", who))
    if handover.successor:
        lines.append(Line("接任管理员", f"{handover.successor}（用户名 {handover.successor.username}），{until} 起"))
    elif handover.successor_name:
        lines.append(Line("接任管理员", f"{handover.successor_name}，凭注册码开通账号，{until} 起"))
    if handover.occasion is Occasion.ELECTION:
        lines.append(Line("最近一次换届时间", str(on)))
    return lines


def _refuse(handover: Handover, organization: Organization, by: User) -> None:
    above = Organization.objects.manageable_by(by, right=Right.STRUCTURE, below=True)
    if not above.filter(pk=organization.pk).exists():
        raise ValidationError("交接由上级团组织的管理员办理，请向上级提出申请。")
    if organization.is_closed:
        raise ValidationError(f"{organization}已撤销，不能再办理交接。")
    if not (handover.ending or handover.beginning or handover.moves_rights):
        raise ValidationError("请至少选择一项：免去的职务、新任的职务，或要移交的授权。")
    if handover.on > timezone.localdate():
        if handover.ending or handover.beginning:
            raise ValidationError({"on": "职务只能在交接当天或以后登记。可以先只移交授权，到交接那天再办理任免。"})
        if handover.occasion is Occasion.ELECTION:
            raise ValidationError({"on": "换届在选举以后登记，日期不能晚于今天。"})
    if any(term.organization_id != organization.pk for term in handover.ending):
        raise ValidationError("只能免去本组织的职务，请刷新后重新选择。")


def _term(new: NewPost, handover: Handover) -> CadreTerm:
    return CadreTerm(
        person=new.person,
        organization=handover.organization,
        post=new.post,
        post_title=new.post_title,
        nature=new.nature,
        manner=PostManner.ELECTED if handover.occasion is Occasion.ELECTION else "",
        started_on=handover.on,
    )


def _move_rights(handover: Handover, by: User) -> Issued | None:
    organization, leaving = handover.organization, handover.leaving
    if handover.successor is None and handover.successor_name:
        return registration.issue_to_successor(
            organization, holder_name=handover.successor_name, leaving=leaving, starts_on=handover.on, by=by
        )
    if handover.moves_rights:
        grants.hand_over(
            organization,
            leaving=leaving,
            successor=handover.successor,
            on=handover.on,
            by=by,
            reason=handover.occasion.label,
        )
    return None


@contextmanager
def _naming(whom: CadreTerm | NewPost) -> Iterator[None]:
    """A refusal says of whom it speaks, because the page speaks of many."""
    try:
        yield
    except ValidationError as refusal:
        raise ValidationError([f"{whom}：{sentence}" for sentence in refusal.messages]) from refusal
