"""Deciding about a correction of a verified record."""

from __future__ import annotations

from django import forms


class DecideForm(forms.Form):
    """What whoever asked gets to read; a request that is returned needs it."""

    answer = forms.CharField(
        label="办理意见",
        max_length=300,
        required=False,
        help_text="退回时必填，申请人会看到，并记入日志。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    deed = forms.ChoiceField(
        choices=[("approve", "更正"), ("return", "退回")], widget=forms.HiddenInput, required=False
    )
