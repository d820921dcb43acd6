"""The closing report keeps what it says besides figures; a count says where its figures are counted too."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0007_count_anew"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="report",
            field=models.JSONField(editable=False, null=True, verbose_name="结束报告"),
        ),
        migrations.AddField(
            model_name="campaigncount",
            name="elsewhere",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="campaigncount",
            name="within",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="reports.campaigntarget",
            ),
        ),
    ]
