import pytest

from members.roster.places import names_in


@pytest.mark.parametrize(
    "text",
    [
        "航测一室团支部",
        "一、航测一室团支部",
        "（一）航测一室团支部（12人）",
        "1.航测一室团支部 共12人",
        "① 航测一室团支部",
        "航测一室团支部:12名",
        "支部名称：航测一室团支部",
        "所在团支部（盖章）：航测一室团支部    负责人：何静姝",
        "填报单位：航测一室团支部 填报日期：2026年10月",
        "填表人：何静姝  填报单位(章)：航测一室团支部",
        "航测一室团支部团员花名册",
        "航测一室团支部2026年团员名单",
        "2026年度航测一室团支部团员基本信息表",
        "2026年10月航测一室团支部团员青年登记表（非团员除外）",
        "航测一室团支部青年名册",
        "航测一室团支部信息表",
    ],
)
def test_the_name_in_a_line_is_found(text):
    assert "航测一室团支部" in names_in(text)


def test_the_text_itself_comes_first():
    assert names_in("2026级一班团支部") == ("2026级一班团支部",)


@pytest.mark.parametrize("text", ["团员花名册", "名单", "附件2", "", "（12人）"])
def test_titles_without_a_name_name_nothing_else(text):
    assert set(names_in(text)) <= {text}
