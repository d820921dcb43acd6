"""注册码: made by the level above for an organisation and a role; whoever enters it gets the role, and an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.enums import TextChoices
from django.utils import timezone

from branches import audit, codes, grants, succession
from branches.models import AccessGrant, Organization, RegistrationCode, Role, User
from branches.models.organizations import OrganizationQuerySet
from branches.scoping import Right, in_force
from tuanjian import masking, phones
from tuanjian.locks import Lock, hold

# 智慧团建 gives twenty days, too.
VALID_FOR = dt.timedelta(days=20)
MOST_ON_A_SHEET = 200
_PURPOSE = "registration"


class Reach(TextChoices):
    """Which organisations a printed sheet is for."""

    DIRECT = "direct", "直接下级"
    ALL = "all", "全部下级"


@dataclass(frozen=True, repr=False)
class Issued:
    """A code in clear, for the one page or sheet that shows it, and the row that knows only its digest."""

    code: str
    row: RegistrationCode

    @property
    def shown(self) -> str:
        return codes.shown(self.code)


@transaction.atomic
def issue(
    organization: Organization,
    *,
    role: Role,
    by: User | None,
    holder_name: str = "",
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Issued:
    """Make a code for one person; ``by`` None is the console (the first administrator of a tree).

    An earlier code for the same organisation, role and holder that was not used becomes void; whom it was to relieve
    the new one relieves, not before the day that was arranged. Refuses what ``by`` could not grant, a closed
    organisation, an end in the past, and an administrator up to a day after which nobody goes on.
    """
    if by is not None:
        grants.refuse_beyond_own_rights(organization, role, by)
    if organization.is_closed:
        raise ValidationError(f"{organization}已撤销，不能再生成注册码。")
    if ends_on is not None and ends_on < timezone.localdate():
        raise ValidationError({"ends_on": "“授权至”已经过去，请检查日期。"})
    if role == Role.ADMINISTRATOR:
        succession.refuse_lapsing(organization, ends_on)
    earlier = RegistrationCode.objects.filter(
        organization=organization, role=role, holder_name=holder_name, used_at=None
    )
    if starts_on is None:
        arranged = earlier.filter(relieves__ended_at=None, relieves__isnull=False).order_by("-id")
        starts_on = arranged.values_list("starts_on", flat=True).first()
    issued = _draw([organization], role, by, holder_name, ends_on, starts_on=starts_on)
    AccessGrant.objects.filter(ends_with_code__in=earlier.order_by().values("pk"), ended_at=None).update(
        ends_with_code=issued[0].row
    )
    _record(issued, by)
    return issued[0]


@transaction.atomic
def issue_to_successor(
    organization: Organization, *, holder_name: str, leaving: Collection[AccessGrant], starts_on: dt.date, by: User
) -> Issued:
    """Make an administrator's code for a successor without account; ``leaving`` end when it is used, not before.

    Refuses what ``issue`` refuses, a missing name, and grants that ``by`` could not take back or that stand elsewhere.
    """
    if not holder_name:
        raise ValidationError("请填写接任者的姓名。")
    for each in leaving:
        grants.refuse_beyond_own_rights(organization, Role(each.role), by)
    issued = issue(organization, role=Role.ADMINISTRATOR, by=by, holder_name=holder_name, starts_on=starts_on)
    standing = AccessGrant.objects.lasting(timezone.localdate()).filter(organization=organization)
    if standing.filter(pk__in=[each.pk for each in leaving]).update(ends_with_code=issued.row) < len(leaving):
        raise ValidationError("交出的授权中有的已经收回或到期，请刷新后重新核对。")
    return issued


def for_sheet(top: Organization, *, reach: Reach, vacant_only: bool, by: User) -> OrganizationQuerySet:
    """Lower organisations whose administrator ``by`` may set, in the order of the tree."""
    below = Organization.objects.under(top, include_self=False)
    lower = Organization.objects.children_of(top) if reach == Reach.DIRECT else below
    found = lower.active().filter(
        pk__in=Organization.objects.manageable_by(by, right=Right.GRANTS, below=True).order_by().values("pk")
    )
    if vacant_only:
        current = AccessGrant.objects.filter(
            in_force(timezone.localdate()), role=Role.ADMINISTRATOR, user__is_active=True
        )
        found = found.exclude(pk__in=current.values("organization"))
    return found.in_screen_order()


@transaction.atomic
def issue_sheet(top: Organization, *, reach: Reach, vacant_only: bool, by: User) -> list[Issued]:
    """Make a code for the administrator of each lower organisation, to be printed on one sheet.

    Earlier unused codes for these administrators that name no holder become void. Refuses a sheet without anybody on
    it, and one of more than 200.
    """
    organizations = list(for_sheet(top, reach=reach, vacant_only=vacant_only, by=by)[: MOST_ON_A_SHEET + 1])
    if not organizations:
        raise ValidationError("没有符合条件的下级组织，不需要打印。请换一个范围。")
    if len(organizations) > MOST_ON_A_SHEET:
        raise ValidationError(f"一次最多打印 {MOST_ON_A_SHEET} 个组织，请缩小范围，或在下级组织的页面分别打印。")
    issued = _draw(organizations, Role.ADMINISTRATOR, by, "", None)
    _record(issued, by)
    changes = {"注册码": [None, f"{len(issued)} 个"]}
    audit.record(audit.Kind.PRINTED, top, by=by, at=top, changes=changes, reason="下级组织注册码")
    return issued


def _draw(
    organizations: Iterable[Organization],
    role: Role,
    by: User | None,
    holder_name: str,
    ends_on: dt.date | None,
    *,
    starts_on: dt.date | None = None,
) -> list[Issued]:
    now = timezone.now()
    organizations = list(organizations)
    same = RegistrationCode.objects.filter(organization__in=organizations, role=role, holder_name=holder_name)
    same.unspent(now).update(voided_at=now)
    issued = []
    for organization in organizations:
        code = codes.draw()
        row = RegistrationCode(
            organization=organization,
            role=role,
            holder_name=holder_name,
            starts_on=starts_on,
            ends_on=ends_on,
            digest=codes.digest(_PURPOSE, code),
            made_by=by,
            made_at=now,
            expires_at=now + VALID_FOR,
        )
        issued.append(Issued(code, row))
    RegistrationCode.objects.bulk_create([each.row for each in issued])
    return issued


def _record(issued: Iterable[Issued], by: User | None) -> None:
    deeds = [
        (
            audit.Kind.CREATED,
            each.row,
            each.row.organization,
            {
                "角色": [None, Role(each.row.role).label],
                "有效期至": [None, f"{timezone.localtime(each.row.expires_at):%F %H:%M}"],
            },
        )
        for each in issued
    ]
    audit.record_many(deeds, by=by)


def open_codes(organization: Organization) -> QuerySet[RegistrationCode]:
    """Codes for the organisation that could still be used, the newest first."""
    rows = RegistrationCode.objects.filter(organization=organization).unspent(timezone.now())
    return rows.select_related("made_by", "organization").order_by("-id")


def overdue_codes(organization: Organization) -> QuerySet[RegistrationCode]:
    """Codes for successors of the organisation's administrators that ran out unused, the newest first."""
    rows = RegistrationCode.objects.filter(organization=organization).overdue(timezone.now())
    return rows.select_related("organization").prefetch_related("relieves__user").order_by("-id")


def to_make_again(organization: Organization, pk: str) -> dict[str, str]:
    """Role and holder of a code that ran out, to begin the form of the next one with; nothing for any other id."""
    rows = overdue_codes(organization).filter(pk=int(pk)) if pk.isdecimal() else RegistrationCode.objects.none()
    row = rows.first()
    return {"role": row.role, "holder_name": row.holder_name} if row else {}


@transaction.atomic
def void(row: RegistrationCode, *, by: User) -> None:
    """Make a code useless before anybody uses it; whom it was to relieve stays.

    One that ran out is voided to call the handover off. Refuses what ``by`` could not grant, and a code that is spent
    and relieves nobody.
    """
    grants.refuse_beyond_own_rights(row.organization, Role(row.role), by)
    now, this = timezone.now(), RegistrationCode.objects.filter(pk=row.pk)
    if not (this.unspent(now).update(voided_at=now) or this.overdue(now).update(voided_at=now)):
        raise ValidationError("这个注册码已使用、已作废或已过期，不需要作废。")
    # The handover is off: a later code for the same person must not end anybody's grant by surprise.
    AccessGrant.objects.filter(ends_with_code=row).update(ends_with_code=None)
    audit.record(audit.Kind.VOIDED, row, by=by, at=row.organization)


def find(text: str) -> RegistrationCode | None:
    """The code that was typed, if it still works today: also whoever made it must still be able to grant that role."""
    code = codes.read(text)
    if not code:
        return None
    rows = RegistrationCode.objects.filter(digest=codes.digest(_PURPOSE, code)).unspent(timezone.now())
    not_over = Q(ends_on=None) | Q(ends_on__gte=timezone.localdate())
    row = rows.filter(not_over).select_related("organization", "made_by").first()
    return row if row is not None and not row.organization.is_closed and _maker_still_may(row) else None


def _maker_still_may(row: RegistrationCode) -> bool:
    if row.made_by is None:
        return True
    try:
        grants.refuse_beyond_own_rights(row.organization, Role(row.role), row.made_by)
    except ValidationError:
        return False
    return True


@transaction.atomic
def open_account(
    row: RegistrationCode, *, username: str, display_name: str, phone: str, password: str
) -> tuple[User, AccessGrant]:
    """A new account with the role of the code, in the name of whoever made the code; the code is spent.

    Refuses a user name or phone that another account has, and a code that somebody used meanwhile.
    """
    hold(Lock.TREE)
    _refuse_taken(username, phone)
    user = User(username=username, display_name=display_name)
    user.phone = phone
    user.set_password(password)
    user.save()
    changes = {"用户名": [None, username], "姓名": [None, display_name]}
    if phone:
        changes["手机号"] = [None, masking.mask_phone(phone)]
    audit.record(
        audit.Kind.CREATED, user, by=row.made_by, at=row.organization, changes=changes, reason="凭注册码开通账号"
    )
    return user, redeem(row, user=user)


@transaction.atomic
def redeem(row: RegistrationCode, *, user: User) -> AccessGrant:
    """Give the role of the code to an account, which wakes if it slept; the code is spent, whoever it relieves leaves.

    Refuses whatever ``grants.grant`` refuses, and a code that somebody used meanwhile.
    """
    # Before the row, as whoever makes or voids codes while handing over does: else two could wait for each other.
    hold(Lock.TREE)
    now, today = timezone.now(), timezone.localdate()
    # The condition is part of the write: of two people with one code, one comes too late.
    if not RegistrationCode.objects.filter(pk=row.pk).unspent(now).update(used_at=now, used_by=user):
        raise ValidationError(codes.REFUSED)
    role, begins = Role(row.role), max(today, row.starts_on or today)
    if row.made_by is None:
        given = grants.begin(user, organization=row.organization, role=role, starts_on=begins, ends_on=row.ends_on)
    else:
        given = grants.grant(
            user, organization=row.organization, role=role, starts_on=begins, ends_on=row.ends_on, by=row.made_by
        )
    grants.relieve(row, on=begins)
    audit.record(
        audit.Kind.CHANGED,
        row,
        by=user,
        at=row.organization,
        changes={"使用人": [None, str(user)]},
        reason="使用注册码",
    )
    return given


def _refuse_taken(username: str, phone: str) -> None:
    if User.objects.filter(username=username).exists():
        raise ValidationError({"username": "这个用户名已被使用，请换一个。"})
    probe = User()
    probe.phone = phones.read_mobile(phone) if phone else ""
    if phone and User.objects.filter(phone_index=probe.phone_index).exists():
        raise ValidationError({"phone": "这个手机号已有账号，请在下面“已有账号”处用密码接受授权。"})
