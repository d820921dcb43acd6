"""Plain builder functions for organisations, accounts and grants."""

import datetime as dt
from itertools import count

from django.utils import timezone

from branches import tree
from branches.models import AccessGrant, Organization, OrgType, PledgeText, Role, User

_numbers = count(1)
PASSWORD = "lantian-baiyun-2026"
LONG_AGO = dt.date(2020, 1, 1)


def an_organization(short_name=None, *, under=None, org_type=None, by=None, full_name=None, **particulars):
    number = next(_numbers)
    if org_type is None:
        org_type = OrgType.BASE_COMMITTEE if under is None else OrgType.BRANCH
    short_name = short_name or f"测试组织{number}"
    full_name = full_name or f"中国共产主义青年团{short_name}委员会{number}"
    organization = Organization(short_name=short_name, full_name=full_name, org_type=org_type, **particulars)
    return tree.add(organization, under=under, by=by)


def a_user(username=None, *, display_name=None, pledged=True, **fields):
    number = next(_numbers)
    if pledged and (text := PledgeText.objects.first()) is not None:
        fields = {"pledge": text, "pledged_at": timezone.now()} | fields
    user = User(username=username or f"user{number}", display_name=display_name or f"用户{number}", **fields)
    user.set_password(PASSWORD)
    user.save()
    return user


def a_grant(user, organization, role=Role.ADMINISTRATOR, *, starts_on=LONG_AGO, ends_on=None, ended_at=None):
    return AccessGrant.objects.create(
        user=user, organization=organization, role=role, starts_on=starts_on, ends_on=ends_on, ended_at=ended_at
    )
