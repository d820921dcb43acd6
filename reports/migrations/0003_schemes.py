import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0006_touched_loose"),
        ("reports", "0002_saved_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CompletionScheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("follows_above", models.BooleanField(default=False, verbose_name="按上级组织的设置")),
                ("weights", models.JSONField(default=dict, verbose_name="权重")),
                ("care_from", models.PositiveSmallIntegerField(verbose_name="“待补录”的下限")),
                ("busy_from", models.PositiveSmallIntegerField(verbose_name="“基本录齐”的下限")),
                ("ranks", models.BooleanField(default=False, verbose_name="列出名次")),
                ("ranks_by", models.CharField(blank=True, max_length=150, verbose_name="依据的文件")),
                ("set_at", models.DateTimeField(auto_now_add=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="completion_schemes",
                        to="branches.organization",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "完成率设置",
                "verbose_name_plural": "完成率设置",
                "ordering": ["-set_at", "-id"],
                "indexes": [models.Index(fields=["organization", "-set_at"], name="completion_scheme_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ranks_by__length__lte", 150)), name="completion_scheme_ranks_by_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("busy_from__lte", 99), ("care_from__gte", 1), ("care_from__lt", models.F("busy_from"))
                        ),
                        name="completion_scheme_bounds_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ranks", False), models.Q(("ranks_by", ""), _negated=True), _connector="OR"
                        ),
                        name="completion_scheme_ranks_by_a_document",
                    ),
                ],
            },
        ),
    ]
