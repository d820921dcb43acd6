import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanjian.names import NameRefused, possible_names_in, rare_characters, read_person_name


@pytest.mark.parametrize(
    "name",
    [
        "晏川",
        "欧阳映雪",
        "阿不都外力·阿不都热依木·玉苏甫江",
        "白玛央金次旺拉姆",
        "Maria Ivanova",
        "José María",
        "Anne-Marie O'Brien",
        "J. Smith Jr.",
        "吕〇",
        "𫖯𠅤",
        "㑇㛃",
        "周\U00030edd",
        "鄧\ue5e5",
        "\ufa19川",
        "\U0002f9f4川",
        "童" * 50,
    ],
)
def test_names_are_stored_as_on_the_card(name):
    assert read_person_name(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("童 舟", "童舟"),
        ("裴　岳", "裴岳"),
        ("\u00a0晏川 ", "晏川"),
        ("晏\u200b川\ufeff", "晏川"),
        ("\u202d晏川\u202c", "晏川"),
        ("'晏川", "晏川"),
        ("晏川\n", "晏川"),
        ("⼭⽊川", "山木川"),
        ("葛\U000e0100川", "葛川"),
        ("Maria   Ivanova", "Maria Ivanova"),
        ("Ｍａｒｉａ　Ｉｖａｎｏｖａ", "Maria Ivanova"),
        ("Jose\u0301", "José"),
        *((f"热西提{dot}库尔班", "热西提·库尔班") for dot in "•・･．‧∙⋅."),
        ("热西提 · 库尔班", "热西提·库尔班"),
    ],
)
def test_typing_habits_are_tidied(text, name):
    assert read_person_name(text) == name


NOT_A_NAME = "这里填的不是姓名，请填写证件上的姓名。"
MISPLACED = "姓名中间隔号、空格等符号的位置不对，请填写证件上的姓名。"


def has(character):
    return f"姓名含有不允许的字符“{character}”，请填写证件上的姓名。"


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("", "R_NAME_EMPTY", "姓名为空，请填写。"),
        (" \u200b\n", "R_NAME_EMPTY", "姓名为空，请填写。"),
        ("童" * 51, "R_NAME_LONG", "姓名过长（51 个字，最多 50 个字），请核对。"),
        ("裴" * 20_000, "R_NAME_LONG", "姓名过长（20000 个字，最多 50 个字），请核对。"),
        *((text, "R_NAME_BAD", NOT_A_NAME) for text in ("NULL", "nan", "未知", "——", "？？？", "同上", "#", "🎓", "1")),
        ("00001", "R_NAME_BAD", has("0")),
        ("张伟2", "R_NAME_BAD", has("2")),
        ("张伟２", "R_NAME_BAD", has("２")),
        ("阿明🙂", "R_NAME_BAD", has("🙂")),
        ("k\u0336l", "R_NAME_BAD", has("U+0336")),
        ("晏\x00川", "R_NAME_BAD", has("U+0000")),
        ("晏\ud800川", "R_NAME_BAD", has("U+D800")),
        ("=1+2", "R_NAME_BAD", has("=")),
        ("<script>alert(9)</script>", "R_NAME_BAD", has("<")),
        ("{{ 8*8 }}", "R_NAME_BAD", has("{")),
        ("'; DROP TABLE x; --", "R_NAME_BAD", has(";")),
        ("../../etc/passwd", "R_NAME_BAD", has("/")),
        ("晏川（女）", "R_NAME_BAD", has("（")),
        ("Мария", "R_NAME_BAD", has("М")),
        ("晏", "R_NAME_BAD", "姓名只有一个字，请填写证件上的完整姓名。"),
        ("·热西提", "R_NAME_BAD", MISPLACED),
        ("热西提·", "R_NAME_BAD", MISPLACED),
        ("热西提··库尔班", "R_NAME_BAD", MISPLACED),
        ("晏川.", "R_NAME_BAD", MISPLACED),
        ("Anne--Marie", "R_NAME_BAD", MISPLACED),
    ],
)
def test_what_is_no_name_is_refused(text, code, sentence):
    with pytest.raises(NameRefused) as caught:
        read_person_name(text)

    assert (caught.value.code, str(caught.value)) == (code, sentence)


@pytest.mark.parametrize(
    "text", ["童" * 49 + "·", "a" * 49 + "-", "a-" * 15_000, "· " * 15_000, " " * 30_000, "张 " * 15_000]
)
def test_no_text_takes_long(text):
    started = time.process_time()

    with pytest.raises(NameRefused):
        read_person_name(text)

    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("name", "rare"),
    [("晏川", ""), ("José", ""), ("鄧\ue5e5", "\ue5e5"), ("㑇川", "㑇"), ("周\U00030edd", "\U00030edd")],
)
def test_rare_characters_are_those_that_may_not_show(name, rare):
    assert rare_characters(name) == rare


@pytest.mark.property
@given(st.text() | st.text("童舟·• .-'’aé\u200b\U00030edd\ufa19⼭", max_size=60))
def test_reading_a_name_again_changes_nothing(text):
    name = name_or_sentence(text)

    assert name.endswith("。") or read_person_name(name) == name


def name_or_sentence(text):
    try:
        return read_person_name(text)
    except NameRefused as refused:
        return refused.message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("请张三", {"请张", "张三", "请张三"}),
        ("张，三", set()),
        ("王小明说", {"王小", "小明", "明说", "王小明", "小明说", "王小明说"}),
        ("古丽•买提", {"古丽", "买提", "古丽·买", "古丽·买提", "丽·买", "丽·买提"}),
        ("Anna 2026", set()),
    ],
)
def test_possible_names_in_a_text(text, found):
    assert possible_names_in(text) == found


def test_possible_names_with_dots_have_an_end():
    long = "一" * 30 + "·" + "二" * 30

    assert max(map(len, possible_names_in(long))) == 20
