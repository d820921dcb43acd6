"""What a page that waits for a background job is answered with, again and again."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# What tells htmx to stop asking.
_ENOUGH: Final = 286


def how_far(request: HttpRequest, template: str, context: dict[str, Any], *, under_way: bool) -> HttpResponse:
    """The progress; once there is nothing more to wait for, the page is to be fetched anew."""
    answer = render(request, template, context, status=200 if under_way else _ENOUGH)
    if not under_way:
        answer["HX-Refresh"] = "true"
    return answer
