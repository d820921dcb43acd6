"""Django's own sentences in the words of this house."""

import gettext
import re
from pathlib import Path

from django import forms
from django.conf import settings

CATALOGUE = Path(settings.BASE_DIR) / "locale" / "zh_Hans" / "LC_MESSAGES"


def sentences():
    """What the source says: the English sentence and ours."""
    text = (CATALOGUE / "django.po").read_text(encoding="utf-8")
    return re.findall(r'^msgid "(.+)"\n(?:msgid_plural ".+"\n)?msgstr(?:\[0\])? "(.+)"$', text, re.MULTILINE)


def test_the_compiled_catalogue_is_that_of_the_source():
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    found = dict(sentences())
    plural = {english for english in found if " character (" in english}
    spoken = {each: compiled.ngettext(each, each, 1) if each in plural else compiled.gettext(each) for each in found}

    assert len(found) > 30
    assert spoken == found


def test_a_form_speaks_so():
    class Sample(forms.Form):
        name = forms.CharField()
        short = forms.CharField(max_length=2)
        number = forms.IntegerField(min_value=1)
        choice = forms.ChoiceField(choices=[("a", "甲")])

    form = Sample({"short": "三个字", "number": "0", "choice": "b"})

    assert form.errors == {
        "name": ["请填写或选择这一项。"],
        "short": ["最多写 2 个字，现在是 3 个，请缩短。"],
        "number": ["不能小于 1，请改正。"],
        "choice": ["“b”不在可选范围内，请从列表中重新选择。"],
    }


def test_our_sentences_keep_the_house_style():
    said = [(english.endswith("."), ours) for english, ours in sentences()]

    # A heading is no sentence, in neither language.
    assert [ours for is_sentence, ours in said if is_sentence is not ours.endswith("。")] == []
    assert [ours for _, ours in said if "！" in ours or "字段" in ours] == []
    assert sum(is_sentence for is_sentence, _ in said) > 30
