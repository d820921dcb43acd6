import pytest

from tuanjian.pinyin import initials, sort_key


@pytest.mark.parametrize(
    ("name", "letters", "key"),
    [
        ("李小明", "lxm", "lixiaoming"),
        ("曾志伟", "zzw", "zengzhiwei"),
        ("吕〇", "ll", "lvling"),
        ("Maria Ivanova", "mi", "mariaivanova"),
        ("José María", "jm", "josemaria"),
        ("O'Brien", "o", "obrien"),
        ("热西提·库尔班", "rxtkeb", "rexitikuerban"),
        ("鄧\ue5e5", "d", "deng\ue5e5"),
        ("晏", "y", "yan"),
        ("", "", ""),
    ],
)
def test_initials_and_sort_key(name, letters, key):
    assert (initials(name), sort_key(name)) == (letters, key)


SURNAMES = "曾 单 解 仇 查 盖 任 华 区 尹 朴 乐 员 翟 缪 覃 卜 折 种 秘 薄 繁 阚 尉 尉迟 万俟 长孙 澹台"
READINGS = (
    "zeng shan xie qiu zha ge ren hua ou yin piao yue yun zhai miao qin bu she chong bi bo po kan wei "
    "yuchi moqi zhangsun tantai"
)


@pytest.mark.parametrize(("surname", "reading"), [*zip(SURNAMES.split(), READINGS.split(), strict=True)])
def test_surnames_are_read_as_surnames(surname, reading):
    assert sort_key(f"{surname}明") == f"{reading}ming"


def test_given_names_keep_the_usual_reading():
    assert (sort_key("王乐"), sort_key("李单")) == ("wangle", "lidan")


def test_names_with_a_dot_have_no_surname():
    assert sort_key("查干·巴特尔") == "chaganbateer"


def test_names_are_ordered_by_sound():
    assert sorted(["曾志伟", "艾力", "鄧\ue5e5", "单明", "安妮"], key=sort_key) == [
        "艾力",
        "安妮",
        "鄧\ue5e5",
        "单明",
        "曾志伟",
    ]
