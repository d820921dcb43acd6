import json

import pytest
from django.core.management import CommandError, call_command

from branches.models import Organization, OrgType
from members.models import Member
from members.tests.rosters import a_file, a_row, members


def load(tmp_path, capsys, entries):
    path = tmp_path / "organizations.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    call_command("load_organizations", path)
    return json.loads(capsys.readouterr().out)


def entry(full_name, org_type, parent=None, short_name=None):
    return {"full_name": full_name, "short_name": short_name or full_name, "org_type": org_type, "parent": parent}


def test_organisations_are_loaded_in_any_order(db, tmp_path, capsys):
    said = load(
        tmp_path,
        capsys,
        [entry("甲支部", "团支部", "甲总支"), entry("甲总支", "团总支", "局团委"), entry("局团委", "团委")],
    )

    root = Organization.objects.get(depth=1)
    assert said == {"root": root.code, "organizations": 3}
    assert list(Organization.objects.order_by("path").values_list("full_name", "org_type")) == [
        ("局团委", OrgType.BASE_COMMITTEE),
        ("甲总支", OrgType.GENERAL_BRANCH),
        ("甲支部", OrgType.BRANCH),
    ]


def test_a_committee_over_working_committees_leads(db, tmp_path, capsys):
    load(tmp_path, capsys, [entry("县团委", "团委"), entry("甲工委", "团工委", "县团委")])

    assert Organization.objects.get(depth=1).org_type == OrgType.LEADING_BODY


@pytest.mark.parametrize(
    "entries", [[entry("甲支部", "团支部", "没有的团委")], [entry("甲", "协会")], [{"full_name": "甲支部"}], "甲"]
)
def test_lists_that_make_no_tree_are_refused(db, tmp_path, capsys, entries):
    if entries == [{"full_name": "甲支部"}]:
        load(tmp_path, capsys, entries)
        assert Organization.objects.get().org_type == OrgType.BRANCH
        return

    with pytest.raises(CommandError):
        load(tmp_path, capsys, entries)

    assert not Organization.objects.exists()


def plan(path, world, capsys):
    call_command("plan_roster", path, "--organization", world.bureau.code, "--as-of", "2026-11-21", "--json")
    return json.loads(capsys.readouterr().out)


def saved(tmp_path, sheets):
    path = tmp_path / "名册.xlsx"
    path.write_bytes(a_file(sheets).read())
    return path


def test_a_plan_is_said_in_one_object_and_nothing_is_written(world, tmp_path, capsys):
    path = saved(tmp_path, members(a_row("赵启明", "航测一室团支部", phone="123"), a_row("钱子昂", "航测一室")))

    said = plan(path, world, capsys)

    assert said["accepted"] is True
    assert said["totals"] == {"new": 1, "update": 0, "same": 0, "invalid": 1, "elsewhere": 0, "asked": 0}
    assert said["sheets"][0]["columns"]["B"] == "id_number"
    wrong, right = said["rows"]
    assert wrong["problems"] == [
        {"code": "R_PHONE_BAD", "message": "手机号应为 11 位，现为 3 位。", "field": "phone", "column": "H"}
    ]
    assert right["values"]["branch"] == world.branch.full_name
    assert Member.objects.count() == 4


def test_a_refused_file_ends_with_status_2(world, tmp_path, capsys):
    path = saved(tmp_path, {"表": [("没有表头",)]})

    with pytest.raises(SystemExit) as end:
        plan(path, world, capsys)

    said = json.loads(capsys.readouterr().out)
    assert (end.value.code, said["accepted"], said["refusal"]["code"]) == (2, False, "F_NO_HEADER")


def test_warnings_of_the_preview_stay_out_of_the_contract(world, tmp_path, capsys):
    path = saved(tmp_path, members(a_row("赵启明", "航测一室团支部", post="书记")))

    said = plan(path, world, capsys)

    assert [warning["code"] for warning in said["rows"][0]["warnings"]] == ["W_PRECISION"]


def test_an_unknown_organisation_is_said(db, tmp_path):
    with pytest.raises(CommandError, match="没有编码"):
        call_command("plan_roster", tmp_path / "名册.xlsx", "--organization", "NONE")


def bring_in(capsys, *paths, **options):
    """What the command says of each file, and its exit status."""
    try:
        call_command("import_roster", *paths, **options)
        status = 0
    except SystemExit as ended:
        status = ended.code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()], status


def files_for(tmp_path, *sheets):
    paths = [tmp_path / f"名册{number}.xlsx" for number in range(len(sheets))]
    for path, each in zip(paths, sheets, strict=True):
        path.write_bytes(a_file(each).read())
    return paths


def test_many_files_are_imported_in_the_name_of_a_user(world, tmp_path, capsys):
    paths = files_for(
        tmp_path,
        members(a_row("赵启明", "航测一室团支部")),
        members(a_row("钱子昂", "航测二室团支部"), a_row("", "航测一室")),
    )
    user = world.bureau_admin

    said, status = bring_in(capsys, *paths, organization=world.bureau.code, username=user.username, commit=True)

    assert (status, [each["state"] for each in said]) == (0, ["done", "done"])
    assert [each["written"]["people_created"] for each in said] == [1, 1]
    assert said[1]["rows"]["members"]["invalid"] == 1
    assert set(Member.objects.filter(name__in=["赵启明", "钱子昂"]).values_list("created_by", flat=True)) == {user.pk}


def test_without_commit_the_imports_wait(world, tmp_path, capsys):
    paths = files_for(tmp_path, members(a_row("白雨桐", "航测一室团支部", number=world.member.id_number)))
    options = {"organization": world.bureau.code, "username": world.bureau_admin.username, "update": False}

    said, status = bring_in(capsys, *paths, **options)

    assert (status, said[0]["state"]) == (0, "to_confirm")
    assert said[0]["rows"]["members"]["same"] == 1


def test_a_refused_file_does_not_stop_the_others(world, tmp_path, capsys):
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    paths = [broken, *files_for(tmp_path, members(a_row("赵启明", "航测一室团支部")))]
    options = {"organization": world.bureau.code, "username": world.bureau_admin.username, "commit": True}

    said, status = bring_in(capsys, *paths, **options)

    assert (status, [each["state"] for each in said]) == (1, ["failed", "done"])
    assert said[0]["error"]


def test_the_rights_are_those_of_the_user(world, tmp_path, capsys):
    paths = files_for(tmp_path, members(a_row("赵启明", "航测二室团支部")))
    options = {"organization": world.sister_branch.code, "username": world.secretary.username, "commit": True}

    said, status = bring_in(capsys, *paths, **options)

    assert (status, said[0]["import"], Member.objects.filter(name="赵启明").exists()) == (1, None, False)
    assert "没有在这里导入的权限" in said[0]["error"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"organization": "没有"}, "没有编码为"), ({"username": "nobody"}, "没有名为"), ({}, "找不到文件")],
)
def test_a_command_that_cannot_begin_says_why(world, tmp_path, capsys, options, sentence):
    usual = {"organization": world.bureau.code, "username": world.bureau_admin.username}

    with pytest.raises(CommandError, match=sentence):
        call_command("import_roster", tmp_path / "没有.xlsx", **(usual | options))
