"""注册码, 重置码, 保密承诺, 登录记录; and the first text of the pledge, without which nobody would be asked for one."""

import datetime as dt

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FIRST_TEXT = """\
我因工作需要使用本系统，会接触团员、青年和团干部的个人信息，其中包括未成年人的个人信息。我承诺：
一、只在授权范围内、因团的工作需要查看和使用个人信息，不查看与工作无关的人。
二、不把证件号码、手机号等个人信息提供给无关人员，不在群聊、公开网络或未经批准的表格、网盘中传播。
三、导出和打印的名单由我保管，用完及时删除或销毁。
四、账号只由本人使用，不告诉他人密码，不在他人设备上保存密码，离开时退出登录。
五、对未成年人的个人信息从严保护，未经批准不导出、不提供。
六、发现信息泄露、误发或账号被他人使用，立即向上级团组织报告。
七、工作变动时及时交接，不再保留有关资料；离任后继续承担保密义务。
我知道本系统记录查看明文、修改、导出和打印等操作，愿意承担违反承诺的责任。
"""


def add_first_text(apps, schema_editor):
    apps.get_model("branches", "PledgeText").objects.create(valid_from=dt.date(2026, 1, 1), text=FIRST_TEXT)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("branches", "0002_dictionaries"),
    ]

    operations = [
        migrations.CreateModel(
            name="PledgeText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "valid_from",
                    models.DateField(
                        help_text="从这一天起，每个账号登录后重新确认一次。", unique=True, verbose_name="启用日期"
                    ),
                ),
                ("text", models.TextField(help_text="每段一行。", verbose_name="承诺内容")),
            ],
            options={
                "verbose_name": "保密承诺",
                "verbose_name_plural": "保密承诺",
                "ordering": ["-valid_from"],
            },
        ),
        migrations.CreateModel(
            name="RegistrationCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("administrator", "管理员"),
                            ("officer", "干事"),
                            ("entry_clerk", "录入员"),
                            ("observer", "观察员"),
                            ("auditor", "审计员"),
                        ],
                        max_length=20,
                        verbose_name="角色",
                    ),
                ),
                ("holder_name", models.CharField(blank=True, max_length=50, verbose_name="领用人")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="授权至")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("made_at", models.DateTimeField(editable=False, verbose_name="生成时间")),
                ("expires_at", models.DateTimeField(editable=False, verbose_name="有效期至")),
                ("used_at", models.DateTimeField(editable=False, null=True, verbose_name="使用时间")),
                ("voided_at", models.DateTimeField(editable=False, null=True, verbose_name="作废时间")),
            ],
            options={
                "verbose_name": "注册码",
                "verbose_name_plural": "注册码",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ResetCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("made_at", models.DateTimeField(editable=False, verbose_name="生成时间")),
                ("expires_at", models.DateTimeField(editable=False, verbose_name="有效期至")),
                ("used_at", models.DateTimeField(editable=False, null=True, verbose_name="使用时间")),
                ("voided_at", models.DateTimeField(editable=False, null=True, verbose_name="作废时间")),
            ],
            options={
                "verbose_name": "重置码",
                "verbose_name_plural": "重置码",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="地址")),
                ("device", models.CharField(max_length=60, verbose_name="设备")),
                ("succeeded", models.BooleanField(verbose_name="成功")),
                ("session_key", models.CharField(default="", editable=False, max_length=40)),
                ("ended_at", models.DateTimeField(null=True, verbose_name="退出时间")),
            ],
            options={
                "verbose_name": "登录记录",
                "verbose_name_plural": "登录记录",
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="user",
            name="pledged_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="承诺时间"),
        ),
        migrations.AddField(
            model_name="user",
            name="session_epoch",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
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
            model_name="user",
            name="pledge",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="branches.pledgetext",
                verbose_name="保密承诺",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("pledge", None), ("pledged_at", None)),
                    models.Q(("pledge__isnull", False), ("pledged_at__isnull", False)),
                    _connector="OR",
                ),
                name="user_pledge_has_time",
            ),
        ),
        migrations.AddField(
            model_name="registrationcode",
            name="made_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="registrationcode",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="registration_codes",
                to="branches.organization",
                verbose_name="团组织",
            ),
        ),
        migrations.AddField(
            model_name="registrationcode",
            name="used_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="resetcode",
            name="made_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="resetcode",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="账号",
            ),
        ),
        migrations.AddField(
            model_name="signin",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sign_ins",
                to=settings.AUTH_USER_MODEL,
                verbose_name="账号",
            ),
        ),
        migrations.AddIndex(
            model_name="registrationcode",
            index=models.Index(fields=["organization", "expires_at"], name="code_organization"),
        ),
        migrations.AddConstraint(
            model_name="registrationcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("holder_name__length__lte", 50)), name="registration_code_holder_name_length"
            ),
        ),
        migrations.AddConstraint(
            model_name="registrationcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("used_at", None), ("voided_at", None), _connector="OR"),
                name="registration_code_used_or_void",
            ),
        ),
        migrations.AddIndex(
            model_name="signin",
            index=models.Index(fields=["user", "-at"], name="sign_in_user"),
        ),
        migrations.AddIndex(
            model_name="signin",
            index=models.Index(fields=["at"], name="sign_in_at"),
        ),
        migrations.RunPython(add_first_text, migrations.RunPython.noop),
    ]
