"""By what rows of an import hang together, and the evidence of a correction asked for by hand."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0011_exports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="correction",
            name="evidence",
            field=models.CharField(blank=True, max_length=300, verbose_name="依据材料"),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="planned_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rosterrow",
            name="leads",
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name="rosterrow",
            name="number_mark",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="rosterrow",
            name="place_id",
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("evidence__length__lte", 300)), name="correction_evidence_length"
            ),
        ),
    ]
