"""What people decide about rows of an import, branches it is to create first, and corrections of verified records."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0008_one_person"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="rosterimport",
            name="named_branches",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="new_branches",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="rosterrow",
            name="offers",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="rosterrow",
            name="state",
            field=models.CharField(
                choices=[
                    ("new", "新增"),
                    ("update", "更新"),
                    ("same", "无变化"),
                    ("invalid", "有误"),
                    ("elsewhere", "不在管理范围"),
                    ("asked", "待确定"),
                ],
                max_length=20,
                verbose_name="状态",
            ),
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待审核"),
                            ("approved", "已更正"),
                            ("returned", "已退回"),
                            ("withdrawn", "已撤销"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("sealed", models.TextField()),
                ("changes", models.JSONField(default=dict)),
                ("reason", models.CharField(max_length=300, verbose_name="申请理由")),
                ("made_at", models.DateTimeField(verbose_name="申请时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="办理时间")),
                ("answer", models.CharField(blank=True, max_length=300, verbose_name="办理意见")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="members.member",
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "更正申请",
                "verbose_name_plural": "更正申请",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason__length__lte", 300)), name="correction_reason_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__length__lte", 300)), name="correction_answer_length"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("person",),
                        name="correction_once_while_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "waiting")),
                            models.Q(models.Q(("state", "waiting"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="correction_decided_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RosterDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sheet", models.CharField(max_length=100, verbose_name="工作表")),
                ("line", models.PositiveIntegerField(verbose_name="行号")),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("move", "调入本支部"),
                            ("same", "就是同一人，更正证件号"),
                            ("merge", "就是同一人，保留原证件号"),
                            ("different", "不是同一人"),
                            ("apply", "按此人更新"),
                        ],
                        max_length=10,
                        verbose_name="处理",
                    ),
                ),
                ("at", models.DateTimeField(auto_now=True, verbose_name="时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "roster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="members.rosterimport"
                    ),
                ),
            ],
            options={
                "verbose_name": "导入时的处理",
                "verbose_name_plural": "导入时的处理",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sheet__length__lte", 100)), name="rosterdecision_sheet_length"
                    ),
                    models.UniqueConstraint(fields=("roster", "sheet", "line"), name="roster_decision_once"),
                ],
            },
        ),
    ]
