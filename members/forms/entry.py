"""Choosing the organisation a page of the import is about."""

from __future__ import annotations

from django import forms

from branches.forms.picking import OrganizationChoiceField
from branches.models import Organization, User
from branches.scoping import Right


class EntryOrganizationForm(forms.Form):
    """The organisations where the user keeps the records of people; ``chosen`` is the one shown."""

    organization = OrganizationChoiceField(label="组织", empty_label=None)

    def __init__(self, *, user: User, chosen: Organization) -> None:
        super().__init__(initial={"organization": chosen.pk})
        offered = Organization.objects.active().manageable_by(user, right=Right.PEOPLE).in_screen_order()
        field = self.fields["organization"]
        field.offer(offered, chosen=str(chosen.pk), right=Right.PEOPLE.value)  # type: ignore[attr-defined]
        field.widget.attrs["data-submit-on-change"] = ""
