"""Export profiles (导出方案): columns, order, headings and code words of another system's sheet, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.db import models

from branches.models.lengths import no_longer_than
from members.dictionaries import (
    Education,
    Ethnicity,
    IncomeBand,
    LeaguePost,
    Occupation,
    PoliticalStatus,
    PostNature,
)
from members.models.people import LeagueStatus
from tuanjian.idnumbers import Gender, IdType

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

LONGEST_WORD: Final = 40


class ExportField(models.TextChoices):
    """What a column can be filled from."""

    NAME = "name", "姓名"
    FORMER_NAME = "former_name", "曾用名"
    ID_TYPE = "id_type", "证件类型"
    ID_NUMBER = "id_number", "证件号码（明文）"
    GENDER = "gender", "性别"
    BIRTH_ON = "birth_on", "出生日期"
    BIRTH_MONTH = "birth_month", "出生年月"
    ETHNICITY = "ethnicity", "民族"
    NATIVE_PLACE = "native_place", "籍贯"
    POLITICAL_STATUS = "political_status", "政治面貌"
    APPLIED_TO_PARTY = "applied_to_party", "是否递交入党申请书"
    JOINED_PARTY_MONTH = "joined_party_month", "入党年月"
    EDUCATION = "education", "学历"
    LEAGUE_STATUS = "league_status", "团籍"
    JOINED_ON = "joined_on", "入团时间（知道到日的写到日）"
    JOINED_MONTH = "joined_month", "入团年月"
    MEMBER_NO = "member_no", "发展团员编号"
    PHONE = "phone", "手机号（明文）"
    EMAIL = "email", "电子邮箱"
    WORK_UNIT = "work_unit", "工作单位"
    OCCUPATION = "occupation", "职业"
    INCOME_BAND = "income_band", "收入档次"
    HOUSEHOLD_REGION = "household_region", "户籍所在地"
    VOLUNTEER_SINCE = "volunteer_since_on", "注册志愿者时间"
    BRANCH = "branch", "所在团支部简称"
    BRANCH_FULL_NAME = "branch_full_name", "所在团支部全称"
    IS_CADRE = "is_cadre", "是否团干部"
    POST = "post", "现任团内职务"
    POST_MONTH = "post_month", "任现职年月"
    POST_NATURE = "post_nature", "团干部性质"
    POST_IN_PARTY = "post_in_party", "是否同级党委（支部）成员"


_YES_NO: Final = ("是", "否")
# Our words of the fields that have a closed list: only these can be given another word.
OWN_WORDS: Final[dict[str, tuple[str, ...]]] = {
    ExportField.ID_TYPE: tuple(IdType.labels),
    ExportField.GENDER: tuple(Gender.labels),
    ExportField.ETHNICITY: tuple(Ethnicity.labels),
    ExportField.POLITICAL_STATUS: tuple(PoliticalStatus.labels),
    ExportField.APPLIED_TO_PARTY: _YES_NO,
    ExportField.EDUCATION: tuple(Education.labels),
    ExportField.LEAGUE_STATUS: tuple(LeagueStatus.labels),
    ExportField.OCCUPATION: tuple(Occupation.labels),
    ExportField.INCOME_BAND: tuple(IncomeBand.labels),
    ExportField.IS_CADRE: _YES_NO,
    ExportField.POST: tuple(LeaguePost.labels),
    ExportField.POST_NATURE: tuple(PostNature.labels),
    ExportField.POST_IN_PARTY: _YES_NO,
}


class ExportProfileQuerySet(models.QuerySet["ExportProfile"]):
    def on_offer(self) -> ExportProfileQuerySet:
        """Those in use that have columns."""
        return self.filter(is_active=True, columns__isnull=False).distinct()


class ExportProfile(models.Model):
    """A sheet as another system wants it. Belongs to the whole site and holds nothing about anybody."""

    class People(models.TextChoices):
        MEMBERS = "members", "所查询的全部团员"
        CADRES = "cadres", "其中的团干部"

    name = models.CharField("名称", max_length=40, unique=True)
    people = models.CharField("导出人员", max_length=20, choices=People.choices, default=People.MEMBERS)
    title = models.CharField("表上方标题", max_length=100, blank=True, help_text="留空则第一行就是列标题。")
    is_active = models.BooleanField("启用", default=True)
    note = models.CharField("说明", max_length=500, blank=True, help_text="显示在导出页面上。")

    objects = ExportProfileQuerySet.as_manager()
    if TYPE_CHECKING:
        columns: RelatedManager[ExportColumn]

    class Meta:
        verbose_name = verbose_name_plural = "导出方案"
        ordering = ["name"]
        constraints = [*no_longer_than("export_profile", name=40, title=100, note=500)]

    def __str__(self) -> str:
        return self.name


class ExportColumn(models.Model):
    """A column: from a field, with our words or those of the other system; a fixed text; or left empty."""

    profile = models.ForeignKey(ExportProfile, models.CASCADE, related_name="columns", verbose_name="导出方案")
    position = models.PositiveSmallIntegerField("顺序")
    heading = models.CharField("列标题", max_length=40)
    field = models.CharField(
        "取自", max_length=30, choices=ExportField.choices, blank=True, help_text="本系统没有的项目留空。"
    )
    fixed_text = models.CharField("固定内容", max_length=100, blank=True)
    is_required = models.BooleanField("对方必填", default=False)
    words = models.JSONField("代码词", default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "列"
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(field="") | models.Q(fixed_text=""), name="export_column_has_one_source"
            ),
            *no_longer_than("export_column", heading=40, fixed_text=100),
        ]

    def __str__(self) -> str:
        return self.heading

    def clean(self) -> None:
        if self.field and self.fixed_text:
            raise ValidationError({"fixed_text": "这一列已取自档案，请清空固定内容，或把“取自”留空。"})
        if self.words:
            self._check_words()

    def _check_words(self) -> None:
        known = OWN_WORDS.get(self.field)
        if known is None:
            raise ValidationError({"words": "只有取自固定选项的列（如政治面貌、学历）才能写代码词，请清空代码词。"})
        if unknown := [word for word in self.words if word not in known]:
            raise ValidationError(
                {"words": f"本系统没有“{'、'.join(unknown)}”，等号左边请用本系统的词：{'、'.join(known)}。"}
            )
        if any(len(word) > LONGEST_WORD for word in self.words.values()):
            raise ValidationError({"words": f"对应的词请写在 {LONGEST_WORD} 个字以内。"})
