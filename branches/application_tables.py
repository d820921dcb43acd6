"""The list of requests (申请办理) and its query form."""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django.utils.html import format_html

from branches.models import ChangeRequest
from tuanjian.asking import Asking
from tuanjian.carrying import CarriedNumberFilter

CHIPS = {
    ChangeRequest.State.WAITING: "busy",
    ChangeRequest.State.APPROVED: "good",
    ChangeRequest.State.RETURNED: "problem",
    ChangeRequest.State.WITHDRAWN: "neutral",
}


class RequestFilter(Asking):
    state = django_filters.ChoiceFilter(label="状态", choices=ChangeRequest.State.choices, empty_label="全部")
    kind = django_filters.ChoiceFilter(label="申请事项", choices=ChangeRequest.Kind.choices, empty_label="全部")
    organization = CarriedNumberFilter()

    class Meta:
        model = ChangeRequest
        fields = ["state", "kind", "organization"]

    @property
    def organization_id(self) -> str:
        """Keeps the organisation when the conditions are reset."""
        return str((self.data or {}).get("organization", ""))


class RequestTable(tables.Table):
    """What is asked, by whom, since when, and what became of it."""

    kind = tables.Column("申请事项", linkify=True, orderable=False, attrs={"td": {"class": "name"}})
    organization = tables.Column("团组织", orderable=False, attrs={"td": {"class": "beside"}})
    wanted = tables.Column("申请改为", orderable=False, attrs={"td": {"class": "wide-fact"}})
    made_by = tables.Column("申请人", orderable=False)
    made_at = tables.DateTimeColumn(verbose_name="申请时间", format="Y-m-d H:i", attrs={"td": {"class": "when"}})
    state = tables.Column("状态", orderable=False, attrs={"td": {"class": "state"}})

    class Meta:
        order_by = ()
        attrs = {"aria-label": "申请"}

    def render_state(self, record: ChangeRequest, value: str) -> str:
        return format_html('<span class="chip chip-{}">{}</span>', CHIPS[ChangeRequest.State(record.state)], value)
