"""Lists made in the background, and comparisons with the national system."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0005_applications"),
        ("members", "0010_roster_mends"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Comparison",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file_name", models.CharField(editable=False, max_length=255, verbose_name="文件")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待核对"),
                            ("comparing", "正在核对"),
                            ("done", "已核对"),
                            ("failed", "没有核对"),
                            ("deleted", "已到期"),
                        ],
                        default="waiting",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, editable=False)),
                ("total", models.PositiveIntegerField(default=0, editable=False)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("error", models.CharField(blank=True, editable=False, max_length=300, verbose_name="原因")),
                ("counts", models.JSONField(default=dict, editable=False)),
                ("left_out", models.JSONField(default=list, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="上传时间")),
                ("done_at", models.DateTimeField(editable=False, null=True, verbose_name="核对时间")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核对人",
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
            ],
            options={
                "verbose_name": "国家系统核对",
                "verbose_name_plural": "国家系统核对",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "list_key",
                    models.CharField(
                        choices=[
                            ("members", "团员花名册"),
                            ("youth", "青年名单"),
                            ("cadres", "团干部名单"),
                            ("organizations", "团组织名单"),
                            ("activities", "活动清单"),
                        ],
                        editable=False,
                        max_length=20,
                        verbose_name="名单",
                    ),
                ),
                ("query", models.TextField(blank=True, editable=False, verbose_name="查询")),
                ("asked", models.TextField(blank=True, editable=False, verbose_name="条件")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待生成"),
                            ("making", "正在生成"),
                            ("ready", "可以下载"),
                            ("failed", "没有生成"),
                            ("deleted", "已删除"),
                        ],
                        default="waiting",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, editable=False)),
                ("total", models.PositiveIntegerField(default=0, editable=False)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("error", models.CharField(blank=True, editable=False, max_length=300, verbose_name="原因")),
                ("rows", models.PositiveIntegerField(default=0, editable=False, verbose_name="行数")),
                ("size", models.PositiveIntegerField(default=0, editable=False, verbose_name="大小")),
                ("sha256", models.CharField(blank=True, editable=False, max_length=64, verbose_name="文件 SHA-256")),
                ("scope", models.JSONField(default=dict, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="申请时间")),
                ("made_at", models.DateTimeField(editable=False, null=True, verbose_name="生成时间")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="导出人",
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
            ],
            options={
                "verbose_name": "导出",
                "verbose_name_plural": "导出",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ComparisonFile",
            fields=[
                (
                    "comparison",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="members.comparison",
                    ),
                ),
                ("sealed", models.BinaryField()),
            ],
            options={
                "verbose_name": "核对的文件",
                "verbose_name_plural": "核对的文件",
            },
        ),
        migrations.CreateModel(
            name="ComparisonRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("different", "内容不同"),
                            ("only_here", "只在本系统"),
                            ("only_there", "只在国家系统"),
                            ("unclear", "需要人工辨认"),
                        ],
                        editable=False,
                        max_length=12,
                        verbose_name="结果",
                    ),
                ),
                ("target_id", models.BigIntegerField(editable=False, null=True)),
                ("name", models.CharField(editable=False, max_length=50, verbose_name="姓名")),
                ("fields", models.CharField(blank=True, editable=False, max_length=300)),
                ("sealed", models.TextField(editable=False)),
                (
                    "comparison",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="members.comparison"
                    ),
                ),
            ],
            options={
                "verbose_name": "核对结果",
                "verbose_name_plural": "核对结果",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="ExportFile",
            fields=[
                (
                    "export",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="members.export",
                    ),
                ),
                ("sealed", models.BinaryField()),
            ],
            options={
                "verbose_name": "导出文件",
                "verbose_name_plural": "导出文件",
            },
        ),
        migrations.AddIndex(
            model_name="comparison",
            index=models.Index(fields=["state", "created_at"], name="comparison_state"),
        ),
        migrations.AddConstraint(
            model_name="comparison",
            constraint=models.CheckConstraint(
                condition=models.Q(("file_name__length__lte", 255)), name="comparison_file_name_length"
            ),
        ),
        migrations.AddConstraint(
            model_name="comparison",
            constraint=models.CheckConstraint(
                condition=models.Q(("error__length__lte", 300)), name="comparison_error_length"
            ),
        ),
        migrations.AddIndex(
            model_name="comparisonrow",
            index=models.Index(fields=["comparison", "outcome", "number"], name="comparison_row_outcome"),
        ),
        migrations.AddConstraint(
            model_name="comparisonrow",
            constraint=models.UniqueConstraint(fields=("comparison", "number"), name="comparison_row_once"),
        ),
        migrations.AddConstraint(
            model_name="comparisonrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__length__lte", 50)), name="comparison_row_name_length"
            ),
        ),
        migrations.AddConstraint(
            model_name="comparisonrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("fields__length__lte", 300)), name="comparison_row_fields_length"
            ),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(fields=["made_by", "-id"], name="export_of_user"),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(fields=["state", "made_at"], name="export_state"),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(("error__length__lte", 300)), name="export_error_length"
            ),
        ),
    ]
