"""Requests to export numbers in clear, and the limits of each tree."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0004_log"),
        ("members", "0006_national_profile"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExportRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("query", models.TextField(blank=True, editable=False, verbose_name="查询")),
                ("asked", models.TextField(blank=True, editable=False, verbose_name="条件")),
                ("purpose", models.CharField(max_length=100, verbose_name="导出用途")),
                ("rows", models.PositiveIntegerField(editable=False, verbose_name="人数")),
                ("minors", models.PositiveIntegerField(default=0, editable=False, verbose_name="其中未满 18 周岁")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待批准"),
                            ("approved", "已批准"),
                            ("refused", "不批准"),
                            ("fetched", "已下载"),
                        ],
                        default="waiting",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("requested_at", models.DateTimeField(editable=False, verbose_name="申请时间")),
                ("decided_at", models.DateTimeField(editable=False, null=True, verbose_name="批准时间")),
                ("decision_note", models.CharField(blank=True, max_length=100, verbose_name="意见")),
                ("fetched_at", models.DateTimeField(editable=False, null=True, verbose_name="下载时间")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="批准人",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="branches.organization",
                        verbose_name="组织",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.exportprofile",
                        verbose_name="导出方案",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人",
                    ),
                ),
            ],
            options={
                "verbose_name": "明文导出申请",
                "verbose_name_plural": "明文导出申请",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["state", "requested_at"], name="export_request_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="export_request_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__length__lte", 100)), name="export_request_purpose_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision_note__length__lte", 100)),
                        name="export_request_decision_note_length",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PrivacyLimits",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reveals_per_hour",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="本支部以外的证件号码和手机号，超过就拒绝并记入日志。",
                        validators=[django.core.validators.MinValueValidator(1, "请填 1 以上的数字。")],
                        verbose_name="每人每小时查看次数",
                    ),
                ),
                (
                    "rows_without_approval",
                    models.PositiveIntegerField(
                        default=200,
                        help_text="每人 24 小时内导出本支部以外的明文号码，超过须由另一名管理员批准。",
                        verbose_name="免批准导出人数",
                    ),
                ),
                (
                    "approve_minors",
                    models.BooleanField(
                        default=False,
                        help_text="本支部以外的名单里有未满 18 周岁的人，不论多少都须批准。",
                        verbose_name="未满 18 周岁须批准",
                    ),
                ),
                (
                    "organization",
                    models.OneToOneField(
                        limit_choices_to={"depth": 1},
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="branches.organization",
                        verbose_name="最上级组织",
                    ),
                ),
            ],
            options={
                "verbose_name": "明文限额",
                "verbose_name_plural": "明文限额",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reveals_per_hour__gte", 1)), name="privacy_limits_some_reveals"
                    )
                ],
            },
        ),
    ]
