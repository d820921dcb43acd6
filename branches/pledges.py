"""保密承诺: confirmed at the first log-in, and again when a new text is in force; until then no other page opens."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from branches import audit
from branches.accounts import filed_under
from branches.models import PledgeText, User


def current() -> PledgeText | None:
    """The text in force today; None when there is none, and then nobody is asked."""
    return PledgeText.objects.in_force(timezone.localdate()).first()


def owes(user: User) -> bool:
    """Whether the account has yet to confirm the text in force."""
    text = PledgeText.objects.in_force(timezone.localdate()).values_list("pk", flat=True).first()
    return text is not None and user.pledge_id != text


@transaction.atomic
def give(user: User, *, text: PledgeText | None) -> None:
    """Record that the account's owner confirmed this text. Refuses one that is not in force any more."""
    if text is None or text != current():
        raise ValidationError("承诺内容刚刚更新，请重新阅读后确认。")
    user.pledge, user.pledged_at = text, timezone.now()
    user.save(update_fields=["pledge", "pledged_at"])
    audit.record(audit.Kind.PLEDGED, user, by=user, at=filed_under(user), changes={"版本": [None, str(text)]})


def pledge_first(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: lead a signed-in person who owes the pledge to its page, from wherever."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or request.path in _open_without_pledge() or not owes(user):
            return get_response(request)
        back = request.get_full_path() if request.method == "GET" else ""
        address = reverse("branches:pledge") + (f"?{urlencode({'next': back})}" if back else "")
        return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else redirect(address)

    return middleware


def _open_without_pledge() -> set[str]:
    return {reverse("branches:pledge"), reverse("branches:logout")}
