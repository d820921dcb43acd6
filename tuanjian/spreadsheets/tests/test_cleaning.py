import pytest

from tuanjian.spreadsheets.cleaning import Vocabulary, fold, has_control_characters, tidy_line, tidy_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\u3000甲班\u00a0", "甲班"),
        ("甲\u200b班\ufeff", "甲班"),
        ("甲班\r\n乙班", "甲班\n乙班"),
        ("e\u0301", "é"),
        ("\ufa0c", "\ufa0c"),
    ],
)
def test_text_is_tidied_and_otherwise_kept(text, expected):
    assert tidy_text(text) == expected


def test_a_line_has_no_breaks_and_single_blanks():
    assert tidy_line(" 甲班 \n\t 乙班 ") == "甲班 乙班"


@pytest.mark.parametrize(("text", "expected"), [("甲\x00", True), ("甲\ud800", True), ("甲\t乙\n", False)])
def test_control_characters_are_told(text, expected):
    assert has_control_characters(text) is expected


def test_folding_keeps_what_two_spellings_share():
    assert fold("（大学）本 科") == fold("大学本科")


def test_words_are_found_by_label_and_synonym():
    vocabulary = Vocabulary([("21", "本科"), ("31", "大专")], {"21": "大学本科 学士"})

    found = [vocabulary.find(word) for word in ("本科", " 大学本科 ", "学士", "大专", "博士")]

    assert found == ["21", "21", "21", "31", None]


def test_a_near_word_is_proposed_and_not_taken():
    vocabulary = Vocabulary([("1", "维吾尔族"), ("2", "汉族")])

    answers = (vocabulary.find("维吾尓族"), vocabulary.near("维吾尓族"), vocabulary.near("火星"))

    assert answers == (None, "维吾尔族", "")


def test_a_word_for_two_entries_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="two entries"):
        Vocabulary([("1", "团委"), ("2", "基层团委")], {"2": "团委"})
