"""What has to be there before the URLs of 随机抽查 can do their work."""

from reports.models import FollowUp, SpotRecord
from reports.spot_checks.facts import MEMBER_FACTS
from reports.tests.import_scenes import Scene


def scene_of_draw(world, by):
    return Scene(site="general", data={"percent": "", "number": "1"})


def scene_of_finding(world, by):
    # A record that is not real is held against no file.
    marks = {f"{field}_{name}": "" for field in ("says", "mark") for name in MEMBER_FACTS}
    return Scene(data={"verdict": "unreal", "unreal": "left"} | marks)


def scene_of_mended(world, by):
    SpotRecord.objects.filter(organization=world.branch).update(follow_up=FollowUp.MENDED)
    return Scene()


SCENES = {
    "reports:spot_check_new": scene_of_draw,
    "reports:spot_record_check": scene_of_finding,
    "reports:spot_record_settle": scene_of_mended,
}
