"""Dictionaries of the tree: 单位性质, 行业类别, 任期. Data, reversible."""

import datetime as dt

from django.db import migrations

UNIT_NATURES = [
    "机关",
    "事业单位",
    "国有企业",
    "集体企业",
    "民营企业",
    "外资企业",
    "社会组织",
    "学校",
    "农村",
    "社区",
    "其他",
]
UNIT_CATEGORIES = [
    "党政机关",
    "事业单位（不含公立学校）",
    "普通高等院校",
    "职业教育学校",
    "普通高中",
    "初中",
    "小学",
    "国有企业",
    "集体企业",
    "非公企业",
    "新社会组织（不含民办学校）",
    "军队",
    "武警",
    "城市社区",
    "农村",
    "其他",
]
NEW_RULE = "《中国共产主义青年团基层组织选举工作条例》（中青发〔2025〕1号）"
OLD_RULE = "《中国共产主义青年团团支部工作条例（试行）》及基层组织选举规则（暂行）"
# type, student, years, may shift by months, from, to, source
TERM_RULES = [
    ("branch", True, 1, 6, dt.date(2025, 1, 3), None, NEW_RULE),
    ("branch", False, 3, 6, dt.date(2025, 1, 3), None, NEW_RULE),
    ("general_branch", True, 1, 12, dt.date(2025, 1, 3), None, NEW_RULE),
    ("general_branch", False, 3, 12, dt.date(2025, 1, 3), None, NEW_RULE),
    ("base_committee", True, 3, 12, dt.date(2025, 1, 3), None, NEW_RULE),
    ("base_committee", False, 5, 12, dt.date(2025, 1, 3), None, NEW_RULE),
    ("work_committee", False, 5, 12, dt.date(2025, 1, 3), None, NEW_RULE),
    ("leading_body", False, 5, 12, dt.date(2025, 1, 3), None, NEW_RULE),
    ("branch", True, 1, 6, dt.date(2000, 1, 1), dt.date(2025, 1, 2), OLD_RULE),
    ("branch", False, 3, 6, dt.date(2000, 1, 1), dt.date(2025, 1, 2), OLD_RULE),
    ("general_branch", True, 1, 12, dt.date(2000, 1, 1), dt.date(2025, 1, 2), OLD_RULE),
    ("general_branch", False, 3, 12, dt.date(2000, 1, 1), dt.date(2025, 1, 2), OLD_RULE),
    ("base_committee", False, 5, 12, dt.date(2000, 1, 1), dt.date(2025, 1, 2), OLD_RULE),
]


def fill(apps, schema_editor):
    for model, names in (("UnitNature", UNIT_NATURES), ("UnitCategory", UNIT_CATEGORIES)):
        entry = apps.get_model("branches", model)
        entry.objects.bulk_create(
            entry(code=f"{number:02d}", name=name, order_number=number) for number, name in enumerate(names, 1)
        )
    rule = apps.get_model("branches", "TermRule")
    rule.objects.bulk_create(
        rule(
            org_type=org_type,
            student=student,
            years=years,
            shift_months=shift,
            valid_from=valid_from,
            valid_to=valid_to,
            source=source,
        )
        for org_type, student, years, shift, valid_from, valid_to, source in TERM_RULES
    )


def empty(apps, schema_editor):
    for model in ("UnitNature", "UnitCategory", "TermRule"):
        apps.get_model("branches", model).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("branches", "0001_initial")]
    operations = [migrations.RunPython(fill, empty)]
