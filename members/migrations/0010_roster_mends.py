"""Cells put right in the preview, and how somebody wants the sheets of a file to be read."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0009_roster_decisions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="rosterimport",
            name="state",
            field=models.CharField(
                choices=[
                    ("uploaded", "已上传"),
                    ("checking", "检查中"),
                    ("to_arrange", "待识别"),
                    ("to_confirm", "待确认"),
                    ("writing", "写入中"),
                    ("done", "已完成"),
                    ("taken_back", "已撤回"),
                    ("discarded", "已放弃"),
                    ("failed", "失败"),
                ],
                default="uploaded",
                max_length=20,
                verbose_name="状态",
            ),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="arranged",
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name="RosterMend",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sheet", models.CharField(max_length=100, verbose_name="工作表")),
                ("line", models.PositiveIntegerField(verbose_name="行号")),
                ("field", models.CharField(max_length=40)),
                ("sealed", models.TextField()),
                ("mended_at", models.DateTimeField(auto_now=True)),
                (
                    "mended_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "roster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mends", to="members.rosterimport"
                    ),
                ),
            ],
            options={
                "verbose_name": "在预览中改的单元格",
                "verbose_name_plural": "在预览中改的单元格",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sheet__length__lte", 100)), name="rostermend_sheet_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("field__length__lte", 40)), name="rostermend_field_length"
                    ),
                    models.UniqueConstraint(fields=("roster", "sheet", "line", "field"), name="roster_mend_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RosterShape",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("roster", "名册"), ("gaps", "缺项补录"), ("activities", "活动清单")], max_length=20
                    ),
                ),
                ("shape", models.CharField(max_length=64)),
                ("arranged", models.JSONField(default=dict)),
                ("chosen_at", models.DateTimeField(auto_now=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "记住的表格识别",
                "verbose_name_plural": "记住的表格识别",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("shape__length__lte", 64)), name="rostershape_shape_length"
                    ),
                    models.UniqueConstraint(fields=("user", "purpose", "shape"), name="roster_shape_once"),
                ],
            },
        ),
    ]
