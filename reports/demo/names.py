"""Believable names. Nobody is meant; a name that belongs to somebody belongs to thousands."""

# ruff: noqa: SIM905 – lists of words read better as text

from __future__ import annotations

from random import Random

from members.dictionaries import Ethnicity
from tuanjian.idnumbers import Gender

# Commonest first; the rarer ones have readings of their own (曾 单 解 仇 区 查 翟 尉迟) or two characters.
SURNAMES = (
    "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 "
    "许 傅 沈 曾 彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 姚 谭 廖 邹 熊 "
    "金 陆 郝 孔 白 崔 康 毛 邱 秦 江 史 顾 侯 邵 孟 龙 万 段 雷 钱 汤 尹 黎 易 常 武 乔 贺 赖 龚 文"
).split()
RARE_SURNAMES = "单 解 仇 区 查 翟 盖 缪 欧阳 上官 诸葛 司马 尉迟 令狐".split()
MALE = (
    "子轩 浩然 宇航 俊杰 志远 文博 建华 明哲 嘉豪 思远 天佑 泽宇 一鸣 家辉 海涛 鹏飞 云龙 晓东 振宇 国栋 "
    "立新 少华 永强 启明 景行 怀瑾 长风 致远 承志 向阳 卫东 志强 伟杰 俊峰 宏图 树人 亚东 凯歌 瑞霖 柏林 "
    "晨曦 星河 牧之 望舒 沐阳 远航 修远 安邦 正阳 定国 书豪 博文 嘉诚 逸飞 梓豪 昊天 东升 文韬 学军 新宇 "
    "浩宇 子昂 若谷 弘毅 铁成 志鹏 春雷 小龙 大伟"
).split()
MALE_SINGLE = "伟 强 磊 洋 勇 军 杰 涛 超 明 刚 平 辉 鹏 飞 波 斌 宇 浩 凯 鑫 帅 亮 锋 健 晨 昊 毅 岩 钊".split()
FEMALE = (
    "雨桐 梓萱 静怡 思琪 诗涵 欣怡 佳宁 晓彤 雅琴 若溪 婉清 语嫣 梦洁 雪莹 慧敏 丽娜 春燕 秀英 海燕 文静 "
    "佳禾 静姝 令仪 知远 书瑶 芷若 子涵 可欣 紫薇 冰洁 晓雯 红梅 玉洁 雅婷 心怡 思雨 雨薇 嘉怡 诗雨 梦瑶 "
    "语桐 清扬 采薇 如意 淑贞 佩瑶 子衿 念慈 晓燕 建英 云霞 彩虹 小雪 月明 凤仪 佳怡 依然 安琪 婧怡 馨月 "
    "宛如 舒雅 丹青 明霞 春晓 秋月 晴川 乐瑶 青禾"
).split()
FEMALE_SINGLE = "静 丽 敏 燕 艳 娟 霞 芳 婷 雪 颖 琳 晶 倩 茜 莹 洁 玲 红 梅 瑶 萍 欣 慧 娜 悦 蕾 薇 岚 禾".split()
# Surnames that go with a people; the given names are the common ones.
SURNAMES_OF = {
    Ethnicity.HUI: "马 丁 沙 哈 白".split(),
    Ethnicity.MANCHU: "佟 关 赵 金 富".split(),
    Ethnicity.ZHUANG: "覃 韦 农 黄 蒙".split(),
    Ethnicity.TUJIA: "向 田 彭 冉".split(),
    Ethnicity.MIAO: "龙 吴 石 麻".split(),
    Ethnicity.MONGOL: "白 包 云".split(),
    Ethnicity.DONG: "杨 吴 粟".split(),
    Ethnicity.YAO: "盘 奉 赵".split(),
}
# Whole names, each given once at most.
WHOLE_NAMES = (
    ("买买提·艾力", Ethnicity.UYGHUR, Gender.MALE),
    ("古丽娜尔·买买提", Ethnicity.UYGHUR, Gender.FEMALE),
    ("艾力江·吐尔逊", Ethnicity.UYGHUR, Gender.MALE),
    ("阿依古丽·艾合买提", Ethnicity.UYGHUR, Gender.FEMALE),
    ("凯赛尔·玉素甫", Ethnicity.UYGHUR, Gender.MALE),
    ("热依汗·吐尔逊", Ethnicity.UYGHUR, Gender.FEMALE),
    ("叶尔兰·哈力木", Ethnicity.KAZAKH, Gender.MALE),
    ("阿依努尔·巴合提", Ethnicity.KAZAKH, Gender.FEMALE),
    ("扎西次仁", Ethnicity.TIBETAN, Gender.MALE),
    ("央金卓玛", Ethnicity.TIBETAN, Gender.FEMALE),
    ("多吉旺堆", Ethnicity.TIBETAN, Gender.MALE),
    ("格桑梅朵", Ethnicity.TIBETAN, Gender.FEMALE),
    ("巴特尔", Ethnicity.MONGOL, Gender.MALE),
    ("乌云其木格", Ethnicity.MONGOL, Gender.FEMALE),
    ("查干·巴特尔", Ethnicity.MONGOL, Gender.MALE),
    ("苏日娜", Ethnicity.MONGOL, Gender.FEMALE),
    ("吉克阿木", Ethnicity.YI, Gender.MALE),
    ("吉克小英", Ethnicity.YI, Gender.FEMALE),
    ("朴成浩", Ethnicity.KOREAN, Gender.MALE),
    ("朴美玲", Ethnicity.KOREAN, Gender.FEMALE),
    ("岩温香", Ethnicity.DAI, Gender.MALE),
    ("玉罕娇", Ethnicity.DAI, Gender.FEMALE),
)


class Names:
    """Draws names with the people they belong to."""

    def __init__(self, lot: Random) -> None:
        self._lot = lot
        self._whole = list(WHOLE_NAMES)
        # The front of the list covers most people, as in the country.
        self._weights = [1 / (place + 6) for place in range(len(SURNAMES))]

    def draw(self, gender: Gender) -> tuple[str, Ethnicity]:
        """A name for a man or a woman, and the 民族."""
        chance = self._lot.random()
        if chance < 0.025 and (whole := self._whole_name(gender)) is not None:
            return whole
        if chance < 0.085:
            ethnicity = self._lot.choice(list(SURNAMES_OF))
            return self._lot.choice(SURNAMES_OF[ethnicity]) + self._given(gender), ethnicity
        if chance < 0.12:
            return self._lot.choice(RARE_SURNAMES) + self._given(gender), Ethnicity.HAN
        return self._lot.choices(SURNAMES, self._weights)[0] + self._given(gender), Ethnicity.HAN

    def _given(self, gender: Gender) -> str:
        two, one = (MALE, MALE_SINGLE) if gender == Gender.MALE else (FEMALE, FEMALE_SINGLE)
        return self._lot.choice(one if self._lot.random() < 0.2 else two)

    def _whole_name(self, gender: Gender) -> tuple[str, Ethnicity] | None:
        fitting = [row for row in self._whole if row[2] == gender]
        if not fitting:
            return None
        chosen = self._lot.choice(fitting)
        self._whole.remove(chosen)
        return chosen[0], chosen[1]
