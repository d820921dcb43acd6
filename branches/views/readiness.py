"""/healthz: for the machine that watches the site."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from branches import readiness
from tuanjian.access import Access, access


@access(Access.OPEN)
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when everything works, otherwise 503; which part does not is told to this machine and to token holders."""
    problems = readiness.problems()
    is_well = not any(problems.values())
    answer: dict[str, object] = {"status": "ok" if is_well else "failing"}
    if readiness.may_see_details(request):
        answer["parts"] = {part: problem or "ok" for part, problem in problems.items()}
    return JsonResponse(answer, status=200 if is_well else 503, json_dumps_params={"ensure_ascii": False})
