"""成果: figures of an activity with their unit."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activities", "0002_kinds")]

    operations = [
        migrations.CreateModel(
            name="ActivityResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=50, verbose_name="成果")),
                ("count", models.PositiveIntegerField(verbose_name="数量")),
                ("unit", models.CharField(max_length=10, verbose_name="单位")),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="results", to="activities.activity"
                    ),
                ),
            ],
            options={
                "verbose_name": "活动成果",
                "verbose_name_plural": "活动成果",
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("count__gt", 0)), name="activity_result_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("label__length__lte", 50)), name="activity_result_label_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit__length__lte", 10)), name="activity_result_unit_length"
                    ),
                ],
            },
        ),
    ]
