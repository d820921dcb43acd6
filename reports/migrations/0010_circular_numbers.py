"""Circulars are numbered for each 机关代字 of an organisation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0009_own_level")]

    operations = [
        migrations.RemoveConstraint(model_name="circular", name="circular_number_once_a_year"),
        migrations.AddConstraint(
            model_name="circular",
            constraint=models.UniqueConstraint(
                fields=("organization", "year", "prefix", "number"), name="circular_number_once_a_year"
            ),
        ),
    ]
