"""Plain builder functions for spot checks."""

from django.utils import timezone

from reports.models import FollowUp, SpotCheck, SpotKind, SpotPopulation, SpotRecord, Verdict
from reports.spot_checks import drawing, following, recording
from reports.spot_checks.drawing import Terms
from reports.spot_checks.recording import Found, Mark, Marked

RIGHT = Found(verdict=Verdict.RIGHT, basis="file")
WRONG = Found(verdict=Verdict.WRONG, basis="file", marks={"ethnicity": Marked(Mark.WRONG, "回族")})
GONE = Found(verdict=Verdict.UNREAL, basis="file", unreal="left")


def terms(**more):
    values = {"name": "第四季度抽查", "kind": SpotKind.MEMBERS, "number": 2, "seed": "20261121"}
    return Terms(**values | more)


def a_draw(world, *, top=None, by=None, reason="", **more):
    return drawing.draw(top or world.bureau, terms(**more), reason=reason, by=by or world.bureau_admin)


def record_of(check, person):
    return SpotRecord.objects.get(check_of=check, person=person)


def checked(record, found=RIGHT, *, by):
    """The record, with this found."""
    record.refresh_from_db()
    return recording.keep(record, found, version=record.version, by=by)


def mended(record, *, by, note="已按档案改正", unchanged=True):
    """The record, handed in; most tests of what comes then have nothing changed in it, and say so."""
    record.refresh_from_db()
    following.mend(record, note=note, version=record.version, unchanged=unchanged, by=by)
    record.refresh_from_db()
    return record


def a_stored_check(organization, person, *, by, name, note):
    """A draw of one person that was found wanting, written without asking the rules."""
    now = timezone.now()
    check = SpotCheck.objects.create(
        organization=organization, name=name, kind=SpotKind.MEMBERS, number=1, seed="1", population_size=1,
        population_digest=drawing.digest_of(f"person-{person.pk}\n"), drawn_by=by, drawn_at=now,
    )  # fmt: skip
    SpotPopulation.objects.create(check_of=check, keys=f"person-{person.pk}\n")
    place = {"organization": organization, "organization_name": organization.short_name}
    record = SpotRecord.objects.create(
        check_of=check, number=1, key=f"person-{person.pk}", person=person, **place,
        screen_order=organization.screen_order, lower_name=organization.short_name,
        lower_order=organization.screen_order, verdict=Verdict.WRONG, basis="file", note=note, checked_by=by,
        checked_at=now, follow_up=FollowUp.OPEN,
    )  # fmt: skip
    record.facts.create(key="remark", label="备注", mark=Mark.WRONG, entered="", file_says=note)
    return check
