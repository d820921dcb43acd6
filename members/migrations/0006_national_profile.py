"""The export profile 国家系统. Data, reversible.

Columns and order of the national collection sheet as a school's public collection tool reproduces it; the words of
文化程度 are those of the provincial cadre sheet. The current template may differ: the profile is edited in the back office.
"""

from django.db import migrations

NAME = "国家系统"
NOTE = "按国家“智慧团建”采集表的列和用词。对方模板有变化时，请系统管理员在后台“导出方案”中修改。"
EDUCATIONS = {
    "博士研究生": "博士",
    "博士研究生在读": "博士在读",
    "硕士研究生": "硕士",
    "硕士研究生在读": "硕士在读",
    "本科": "普通本科",
    "本科在读": "普通本科在读",
    "大专": "普通专科",
    "大专在读": "普通专科在读",
    "中专": "中等职业教育",
    "中专在读": "中等职业教育在读",
    "高中": "普通高中",
    "高中在读": "普通高中在读",
}
NATURES = {"专职": "专职团干", "兼职": "兼职团干", "挂职": "挂职团干"}
# heading, field ("" is not kept here), required there, words
COLUMNS = [
    ("姓名", "name", True, {}),
    ("身份证号", "id_number", True, {}),
    ("民族", "ethnicity", True, {}),
    ("政治面貌", "political_status", True, {}),
    ("文化程度", "education", False, EDUCATIONS),
    ("入团年月", "joined_month", True, {}),
    ("是否团干部", "is_cadre", False, {}),
    ("手机号码", "phone", True, {}),
    ("微博", "", False, {}),
    ("QQ", "", False, {}),
    ("邮箱", "email", True, {}),
    ("发展团员编号", "member_no", False, {}),
    ("现任团内职务", "post", False, {}),
    ("任现职年月", "post_month", False, {}),
    ("团干部性质", "post_nature", False, NATURES),
    ("是否同级党委（支部）成员", "post_in_party", False, {}),
]


def fill(apps, schema_editor):
    profile = apps.get_model("members", "ExportProfile").objects.create(name=NAME, note=NOTE)
    column = apps.get_model("members", "ExportColumn")
    column.objects.bulk_create(
        column(
            profile=profile, position=number * 10, heading=heading, field=field, is_required=is_required, words=words
        )
        for number, (heading, field, is_required, words) in enumerate(COLUMNS, 1)
    )


def empty(apps, schema_editor):
    apps.get_model("members", "ExportProfile").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("members", "0005_export_profiles")]
    operations = [migrations.RunPython(fill, empty)]
