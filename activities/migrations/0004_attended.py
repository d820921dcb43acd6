from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("activities", "0003_results")]
    operations = [
        migrations.AddField(
            model_name="activity",
            name="attended",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="参加人数"),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=Q(attended=None) | Q(attended__gt=0), name="activity_attended_positive"
            ),
        ),
    ]
