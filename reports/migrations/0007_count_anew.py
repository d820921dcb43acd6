"""What wants attention is kept with the figures since this version: everything kept is counted anew, once."""

from django.db import migrations


def touch_everything(apps, schema_editor):
    """Let every organisation in force wait to be settled, where figures are kept already."""
    if apps.get_model("reports", "FactsDay").objects.exists():
        active = apps.get_model("branches", "Organization").objects.filter(status="active")
        touched = apps.get_model("branches", "Touched")
        rows = (touched(organization_id=pk) for pk in active.values_list("pk", flat=True))
        touched.objects.bulk_create(rows, batch_size=1_000)


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0007_levels"),
        ("reports", "0006_spot_checks"),
    ]

    operations = [migrations.RunPython(touch_everything, migrations.RunPython.noop)]
