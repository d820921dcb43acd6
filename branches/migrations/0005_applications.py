"""Requests to the level above; codes for successors: from which day, and whose grant ends when one is used."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0004_log"),
    ]

    operations = [
        migrations.AddField(
            model_name="accessgrant",
            name="ends_with_code",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="relieves",
                to="branches.registrationcode",
            ),
        ),
        migrations.AddField(
            model_name="registrationcode",
            name="starts_on",
            field=models.DateField(blank=True, null=True, verbose_name="授权自"),
        ),
        migrations.CreateModel(
            name="ChangeRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("name", "更名"), ("type", "改类别"), ("administrator", "更换管理员")],
                        max_length=20,
                        verbose_name="申请事项",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待审核"),
                            ("approved", "已通过"),
                            ("returned", "已退回"),
                            ("withdrawn", "已撤销"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("full_name", models.CharField(blank=True, max_length=120, verbose_name="新的组织全称")),
                ("short_name", models.CharField(blank=True, max_length=50, verbose_name="新的组织简称")),
                (
                    "wanted_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("leading_body", "领导机关"),
                            ("base_committee", "基层团委"),
                            ("work_committee", "团工委"),
                            ("general_branch", "团总支"),
                            ("branch", "团支部"),
                        ],
                        max_length=20,
                        verbose_name="新的组织类别",
                    ),
                ),
                ("successor_name", models.CharField(blank=True, max_length=50, verbose_name="接任者姓名")),
                ("present", models.CharField(blank=True, max_length=200, verbose_name="现为")),
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
                        verbose_name="办理人",
                    ),
                ),
                (
                    "leaving",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="branches.accessgrant",
                        verbose_name="卸任的管理员",
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
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="branches.organization",
                        verbose_name="团组织",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="接任者账号",
                    ),
                ),
            ],
            options={
                "verbose_name": "申请",
                "verbose_name_plural": "申请",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["organization", "state"], name="request_of_organization")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("organization", "kind"),
                        name="request_once_while_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "waiting")),
                            models.Q(models.Q(("state", "waiting"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="request_decided_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("full_name__length__lte", 120)), name="request_full_name_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("short_name__length__lte", 50)), name="request_short_name_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("successor_name__length__lte", 50)), name="request_successor_name_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("present__length__lte", 200)), name="request_present_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__length__lte", 300)), name="request_reason_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__length__lte", 300)), name="request_answer_length"
                    ),
                ],
            },
        ),
    ]
