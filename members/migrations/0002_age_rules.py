"""Age rules with their years. Data, reversible."""

import datetime as dt

from django.db import migrations

CHARTER = "《中国共产主义青年团章程》"
DEVELOPMENT = "《中国共产主义青年团发展团员工作细则》及团员信息录入口径"
# kind, age, from, to, source
RULES = [
    ("youth_from", 14, dt.date(2017, 4, 13), None, "《中长期青年发展规划（2016—2025年）》"),
    ("youth_to", 35, dt.date(2017, 4, 13), None, "《中长期青年发展规划（2016—2025年）》"),
    ("leave_at", 28, dt.date(1949, 1, 1), None, CHARTER),
    ("member_from", 14, dt.date(1949, 1, 1), None, CHARTER),
    ("join_refused_below", 12, dt.date(1949, 1, 1), dt.date(2016, 12, 31), DEVELOPMENT),
    ("join_refused_below", 13, dt.date(2017, 1, 1), dt.date(2018, 12, 31), DEVELOPMENT),
    ("join_refused_below", 14, dt.date(2019, 1, 1), None, DEVELOPMENT),
    ("join_warned_below", 14, dt.date(1949, 1, 1), None, CHARTER),
]


def fill(apps, schema_editor):
    rule = apps.get_model("members", "AgeRule")
    rule.objects.bulk_create(
        rule(kind=kind, age=age, valid_from=valid_from, valid_to=valid_to, source=source)
        for kind, age, valid_from, valid_to, source in RULES
    )


def empty(apps, schema_editor):
    apps.get_model("members", "AgeRule").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [migrations.RunPython(fill, empty)]
