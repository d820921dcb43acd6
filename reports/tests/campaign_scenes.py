"""What has to be there before the URLs of 调度 can do their work."""

import datetime as dt

from django.utils import timezone

from branches.tests.builders import an_organization
from reports.campaigns import freezing, running
from reports.models import Campaign, CampaignScope
from reports.tests.import_scenes import Scene

STAGES = {f"stages-{number}-{field}": "" for number in range(5) for field in ("name", "on", "percent")}
FILLED = {"starts_on": "2026-11-21", "deadline_on": "2026-12-31", "deadline_time": "18:00"} | STAGES


def a_draft_of(organization, *, by, **words):
    """A row as it would be kept, of a branch too, which no rule allows."""
    return Campaign.objects.create(
        organization=organization,
        scope=CampaignScope.DIRECT,
        items=["founded_on"],
        starts_on=timezone.localdate(),
        deadline_at=timezone.now() + dt.timedelta(days=9),
        made_by=by,
        made_at=timezone.now(),
        **words,
    )


def _running(world, by):
    draft = a_draft_of(world.general, by=by, name="航测调度")
    return running.start(draft, version=1, by=by)


def scene_of_new_campaign(world, by):
    return Scene(site="general", data=FILLED)


def scene_of_drafted_campaign(world, by):
    return Scene(site="general", data=FILLED | {"name": "航测调度"})


def scene_of_campaign_to_start(world, by):
    return Scene(args=[a_draft_of(world.general, by=by, name="航测调度").pk])


def scene_of_running_campaign(world, by):
    return Scene(args=[_running(world, by).pk], data={"until_on": "2026-12-20"})


def scene_of_joined_campaign(world, by):
    started = _running(world, by)
    new = an_organization("新设团支部", under=world.general, by=by)
    return Scene(args=[started.pk], data={"shown": str(new.pk)})


def scene_of_frozen_campaign(world, by):
    started = _running(world, by)
    Campaign.objects.filter(pk=started.pk).update(deadline_at=timezone.now() - dt.timedelta(minutes=1))
    freezing.freeze_due()
    return Scene(args=[started.pk])


CAMPAIGN_SCENES = {
    "reports:campaign_new": scene_of_new_campaign,
    "reports:campaign_edit": scene_of_drafted_campaign,
    "reports:campaign_start": scene_of_campaign_to_start,
    "reports:campaign_withdraw": scene_of_running_campaign,
    "reports:campaign_extend": scene_of_running_campaign,
    "reports:campaign_take_in": scene_of_joined_campaign,
    "reports:campaign_end": scene_of_frozen_campaign,
}
