import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0006_touched_loose"),
        ("reports", "0003_schemes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("direct", "全部直属下级组织"),
                            ("chosen", "选定的直属下级组织"),
                            ("branches", "各级全部团支部"),
                        ],
                        max_length=10,
                        verbose_name="范围",
                    ),
                ),
                ("chosen", models.JSONField(default=list, editable=False)),
                ("items", models.JSONField(default=list, editable=False, verbose_name="项目")),
                ("starts_on", models.DateField(verbose_name="开始日期")),
                ("deadline_at", models.DateTimeField(verbose_name="截止时间")),
                ("notice", models.CharField(blank=True, max_length=500, verbose_name="通知正文")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("running", "进行中"),
                            ("frozen", "已截止"),
                            ("ended", "已结束"),
                            ("withdrawn", "已撤销"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("made_at", models.DateTimeField(editable=False, verbose_name="拟定时间")),
                ("started_at", models.DateTimeField(editable=False, null=True, verbose_name="启动时间")),
                ("frozen_at", models.DateTimeField(editable=False, null=True, verbose_name="截止数据保存时间")),
                ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="结束时间")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="撤销原因")),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="结束人",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="拟定人",
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
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="启动人",
                    ),
                ),
            ],
            options={
                "verbose_name": "调度",
                "verbose_name_plural": "调度",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="CampaignStage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=30, verbose_name="阶段")),
                ("on", models.DateField(verbose_name="截止日")),
                ("percent", models.PositiveSmallIntegerField(verbose_name="计划完成率")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stages", to="reports.campaign"
                    ),
                ),
            ],
            options={
                "verbose_name": "调度阶段",
                "verbose_name_plural": "调度阶段",
                "ordering": ["on"],
            },
        ),
        migrations.CreateModel(
            name="CampaignTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(editable=False, max_length=20)),
                ("full_name", models.CharField(editable=False, max_length=120)),
                ("short_name", models.CharField(editable=False, max_length=50)),
                (
                    "org_type",
                    models.CharField(
                        choices=[
                            ("leading_body", "领导机关"),
                            ("base_committee", "基层团委"),
                            ("work_committee", "团工委"),
                            ("general_branch", "团总支"),
                            ("branch", "团支部"),
                        ],
                        editable=False,
                        max_length=20,
                    ),
                ),
                ("screen_order", models.CharField(editable=False, max_length=500)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="targets", to="reports.campaign"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="branches.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "调度对象",
                "verbose_name_plural": "调度对象",
                "ordering": ["screen_order", "id"],
            },
        ),
        migrations.CreateModel(
            name="CampaignExtension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("until_on", models.DateField(verbose_name="延期至")),
                ("reason", models.CharField(max_length=100, verbose_name="原因")),
                ("granted_at", models.DateTimeField(editable=False, verbose_name="批准时间")),
                (
                    "granted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="批准人",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="extensions",
                        to="reports.campaigntarget",
                    ),
                ),
            ],
            options={
                "verbose_name": "调度延期",
                "verbose_name_plural": "调度延期",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="CampaignCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "moment",
                    models.CharField(
                        choices=[
                            ("start", "启动时"),
                            ("deadline", "截止时"),
                            ("extension", "延期截止时"),
                            ("end", "结束时"),
                        ],
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("figures", models.JSONField(default=dict, editable=False)),
                (
                    "gone",
                    models.CharField(
                        blank=True, choices=[("closed", "已撤销"), ("moved", "已转出")], editable=False, max_length=10
                    ),
                ),
                ("counted_at", models.DateTimeField(editable=False, verbose_name="数据截至")),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="counts", to="reports.campaigntarget"
                    ),
                ),
            ],
            options={
                "verbose_name": "调度结果",
                "verbose_name_plural": "调度结果",
            },
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["state", "deadline_at"], name="campaign_state"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__length__lte", 60)), name="campaign_name_length"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("notice__length__lte", 500)), name="campaign_notice_length"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__length__lte", 200)), name="campaign_reason_length"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignstage",
            constraint=models.UniqueConstraint(fields=("campaign", "on"), name="campaign_stage_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="campaignstage",
            constraint=models.CheckConstraint(condition=models.Q(("percent__lte", 100)), name="campaign_stage_percent"),
        ),
        migrations.AddConstraint(
            model_name="campaignstage",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__length__lte", 30)), name="campaign_stage_name_length"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaigntarget",
            constraint=models.UniqueConstraint(fields=("campaign", "organization"), name="campaign_target_once"),
        ),
        migrations.AddConstraint(
            model_name="campaignextension",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__length__lte", 100)), name="campaign_extension_reason_length"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaigncount",
            constraint=models.UniqueConstraint(fields=("target", "moment"), name="campaign_count_once"),
        ),
    ]
