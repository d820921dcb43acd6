"""Export profiles in the back office: edited with their columns, copied, logged."""

from django.urls import reverse

from branches.models import AuditEntry
from members.models import ExportProfile


def posted(profile, **changes):
    """What the page hands in: the profile and its columns as they are, changed here and there."""
    values = {"name": profile.name, "people": profile.people, "title": "", "is_active": "on", "note": profile.note}
    columns = list(profile.columns.all())
    values |= {"columns-TOTAL_FORMS": len(columns), "columns-INITIAL_FORMS": len(columns)}
    for number, column in enumerate(columns):
        fields = {name: getattr(column, name) for name in ("id", "position", "heading", "field", "fixed_text")}
        fields["words"] = "\n".join(f"{own}={other}" for own, other in column.words.items())
        values |= {f"columns-{number}-{name}": value for name, value in fields.items()}
        values |= {f"columns-{number}-is_required": "on"} if column.is_required else {}
    return values | changes


def change_url(profile):
    return reverse("admin:members_exportprofile_change", args=[profile.pk])


def test_words_order_and_headings_are_edited_and_logged(world, signed_in):
    client, profile = signed_in(world.system_admin), ExportProfile.objects.get()
    changes = {
        "columns-0-position": 25,
        "columns-3-heading": "面貌",
        "columns-3-words": "中共党员＝中国共产党党员\n\n 群众 = 普通公民",
    }

    answer = client.post(change_url(profile), posted(profile, **changes))

    assert answer.status_code == 302
    assert [column.heading for column in profile.columns.all()][:4] == ["身份证号", "姓名", "民族", "面貌"]
    column = profile.columns.get(heading="面貌")
    assert column.words == {"中共党员": "中国共产党党员", "群众": "普通公民"}
    entry = AuditEntry.objects.filter(object_type="members.exportprofile").first()
    assert entry.changes == {
        "列“姓名”": ["第 10 位，姓名，对方必填", "第 25 位，姓名，对方必填"],
        "列“政治面貌”": ["第 40 位，政治面貌，对方必填", None],
        "列“面貌”": [None, "第 40 位，政治面貌，对方必填，中共党员=中国共产党党员，群众=普通公民"],
    }


def test_words_nobody_understands_are_refused(world, signed_in):
    client, profile = signed_in(world.system_admin), ExportProfile.objects.get()

    sentences = {
        words: client.post(change_url(profile), posted(profile, **{"columns-3-words": words})).content.decode()
        for words in ("中共党员", "群众=甲\n群众=乙", "党员=甲")
    }

    assert "“中共党员”看不懂，请每行写一对，如“本科=普通本科”。" in sentences["中共党员"]
    assert "“群众”写了两次，请只留一行。" in sentences["群众=甲\n群众=乙"]
    assert "本系统没有“党员”" in sentences["党员=甲"]
    assert profile.columns.get(heading="政治面貌").words == {}


def test_a_profile_is_copied_never_deleted(world, signed_in):
    client, profile = signed_in(world.system_admin), ExportProfile.objects.get()
    action = {"action": "copy", "_selected_action": [profile.pk]}

    first = client.post(reverse("admin:members_exportprofile_changelist"), action, follow=True)
    second = client.post(reverse("admin:members_exportprofile_changelist"), action, follow=True)

    assert "已复制为“国家系统（副本）”，请修改后启用。" in first.content.decode()
    assert "已有“国家系统（副本）”，请先给它改名再复制。" in second.content.decode()
    assert ExportProfile.objects.count() == 2
    assert client.post(reverse("admin:members_exportprofile_delete", args=[profile.pk])).status_code == 403
