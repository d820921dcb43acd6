"""The log: whom a list named, how many entries a seal holds, the note that they have been removed by age."""

import django.db.models.deletion
from django.db import migrations, models


def count_entries(apps, schema_editor):
    seals = apps.get_model("branches", "AuditSeal").objects.using(schema_editor.connection.alias)
    for key, entries in seals.values_list("pk", "entries").iterator(chunk_size=50):
        seals.filter(pk=key).update(size=len(entries))


class Migration(migrations.Migration):
    dependencies = [("branches", "0003_accounts")]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("created", "新增"),
                    ("changed", "修改"),
                    ("moved", "移动"),
                    ("closed", "撤销"),
                    ("ended", "终止"),
                    ("voided", "作废"),
                    ("deleted", "删除"),
                    ("restored", "恢复"),
                    ("granted", "授权"),
                    ("revoked", "收回授权"),
                    ("signed_in", "登录"),
                    ("signed_out", "退出"),
                    ("sign_in_failed", "登录失败"),
                    ("password", "修改密码"),
                    ("pledged", "保密承诺"),
                    ("revealed", "查看明文"),
                    ("exported", "导出"),
                    ("printed", "打印"),
                    ("imported", "导入"),
                    ("undone", "撤回导入"),
                    ("refused", "被拒绝"),
                    ("job", "后台任务"),
                ],
                max_length=20,
                verbose_name="操作",
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="mentions_digest",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="auditseal",
            name="size",
            field=models.PositiveIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditseal",
            name="removed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="auditseal",
            name="removal_mac",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddIndex(
            model_name="auditseal",
            index=models.Index(fields=["sealed_at"], name="audit_sealed_at"),
        ),
        migrations.CreateModel(
            name="AuditMention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("object_type", models.CharField(editable=False, max_length=60)),
                ("object_id", models.CharField(editable=False, max_length=40)),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="branches.auditentry",
                    ),
                ),
            ],
            options={
                "verbose_name": "日志涉及对象",
                "verbose_name_plural": "日志涉及对象",
                "indexes": [models.Index(fields=["object_type", "object_id"], name="audit_mention")],
            },
        ),
        migrations.RunPython(count_entries, migrations.RunPython.noop, elidable=True),
    ]
