"""Deciding about a request to export numbers in clear."""

from __future__ import annotations

from django import forms


class RefuseForm(forms.Form):
    """Why not."""

    reason = forms.CharField(
        label="不批准的原因",
        max_length=100,
        help_text="申请人会看到，并记入日志。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请写明不批准的原因，申请人会看到。"},
    )
