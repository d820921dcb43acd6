"""Circulars may list every branch; a sheet by 行业类别."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0010_circular_numbers")]

    operations = [
        migrations.AddField(
            model_name="circular",
            name="listing",
            field=models.CharField(
                choices=[("lower", "直属下级组织"), ("branches", "各级全部团支部")],
                default="lower",
                editable=False,
                max_length=10,
                verbose_name="列出",
            ),
        ),
        migrations.AlterField(
            model_name="issuedsheet",
            name="kind",
            field=models.CharField(
                choices=[
                    ("lower", "直属下级数据统计"),
                    ("details", "组织明细"),
                    ("categories", "分行业统计"),
                    ("cadre_ages", "团干部年龄结构"),
                    ("year", "年度统计表"),
                ],
                editable=False,
                max_length=20,
                verbose_name="表名",
            ),
        ),
    ]
