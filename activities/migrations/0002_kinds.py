"""Kinds of activity a committee starts with. Data, reversible."""

from django.db import migrations

KINDS = [
    ("branch_assembly", "支部大会", "org_life"),
    ("committee_meeting", "支委会", "org_life"),
    ("group_meeting", "团小组会", "org_life"),
    ("league_lesson", "团课", "org_life"),
    ("theme_day", "主题团日", "theme"),
    ("org_life_meeting", "组织生活会", "org_life"),
    ("topic_study", "专题学习", "theme"),
    ("training", "培训", "other"),
    ("visit", "参观走访", "theme"),
    ("contest", "比赛竞赛", "other"),
    ("volunteer_service", "志愿服务", "service"),
    ("care", "关怀慰问", "service"),
]


def fill(apps, schema_editor):
    kind = apps.get_model("activities", "ActivityKind")
    kind.objects.bulk_create(
        kind(code=code, name=name, group=group, order_number=number * 10)
        for number, (code, name, group) in enumerate(KINDS, 1)
    )


def empty(apps, schema_editor):
    apps.get_model("activities", "ActivityKind").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial")]
    operations = [migrations.RunPython(fill, empty)]
