"""A rule's refusal comes back into the form."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from tuanjian.refusals import rule_accepts


class Asked(forms.Form):
    phone = forms.CharField(label="手机号")


def refuse(sentence):
    raise ValidationError(sentence)


def a_form():
    form = Asked({"phone": "1"})
    assert form.is_valid()
    return form


def test_an_accepted_deed_leaves_the_form_alone():
    form, done = a_form(), []

    assert rule_accepts(form, lambda: done.append(1))
    assert (done, form.errors) == ([1], {})


@pytest.mark.parametrize(
    ("sentence", "errors"),
    [
        ("请先办理免职。", {"__all__": ["请先办理免职。"]}),
        ({"phone": "手机号不对。"}, {"phone": ["手机号不对。"]}),
        ({"branch": ["一。", "二。"]}, {"__all__": ["一。", "二。"]}),
    ],
)
def test_sentences_stand_where_they_belong(sentence, errors):
    form = a_form()

    assert not rule_accepts(form, lambda: refuse(sentence))
    assert form.errors == errors


def test_failures_pass_through():
    with pytest.raises(KeyError):
        rule_accepts(a_form(), lambda: {}["x"])
