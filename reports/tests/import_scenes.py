"""What has to be there before the URLs of the import can do their work."""

from dataclasses import dataclass, field

from members.tests.rosters import a_file, a_row, checked, imported
from members.tests.rosters import members as sheet_of_members


@dataclass
class Scene:
    """What has to be there before a URL can do its work, and what is sent besides the forms of its page."""

    site: str = "branch"
    query: str = ""
    data: dict = field(default_factory=dict)
    args: list | None = None
    anonymous: bool = False


def scene_of_new_import(world, by):
    file = a_file(sheet_of_members(a_row("钱子昂", "航测一室团支部")))
    return Scene(data={"file": file, "organization": str(world.bureau.pk)})


def scene_of_checked(world, by):
    roster = checked(sheet_of_members(a_row("钱子昂", "航测一室团支部")), organization=world.bureau, by=by)
    return Scene(args=[roster.pk])


def scene_of_mending(world, by, **data):
    return Scene(args=[*scene_of_checked(world, by).args, 1], data=data)


def scene_of_sheets(world, by):
    fields = {"s0-column1": "name", "s0-column2": "id_number", "s0-column6": "branch"}
    return Scene(args=scene_of_checked(world, by).args, data={"s0-kind": "members", "s0-heading": "1-1"} | fields)


def scene_of_doubt(world, by):
    row = a_row(world.member.name, world.branch.full_name)
    roster = checked(sheet_of_members(row), organization=world.bureau, by=by)
    return Scene(args=[roster.pk], data={"row": ["1"], "choice": "different"})


def scene_of_name(world, by):
    roster = checked(sheet_of_members(a_row("钱子昂", "遥感室团支部")), organization=world.bureau, by=by)
    return Scene(args=[roster.pk], data={"name": "遥感室团支部", "organization": str(world.branch.pk), "parent": ""})


def scene_of_written(world, by):
    roster = imported(sheet_of_members(a_row("钱子昂", "航测一室团支部")), organization=world.bureau, by=by)
    return Scene(args=[roster.pk], data={"part": "some"})
