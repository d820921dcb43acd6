"""One paginator for every list: counting stops at a cap, the sizes are fixed, a wrong page number does no harm."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

CAP = 10_000
SIZES = (10, 20, 50, 100)
DEFAULT_SIZE = 20


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # pages rows of any model, and rows of tables
    """Counts at most CAP rows: beyond, people narrow the query instead of leafing (``capped`` says so)."""

    sizes = SIZES

    @cached_property
    def _found(self) -> int:
        rows = self.object_list
        # The rows of a table wrap its data, which wraps the queryset.
        queryset = getattr(getattr(rows, "data", rows), "data", rows)
        if isinstance(queryset, QuerySet):
            return queryset.order_by().values("pk")[: CAP + 1].count()
        return len(rows)

    @cached_property
    def count(self) -> int:
        return min(self._found, CAP)

    @property
    def capped(self) -> bool:
        """Whether there are more rows than are counted and shown."""
        return self._found > CAP


def size_of(request: HttpRequest) -> int:
    """Rows per page: ``?size=`` if it is one of the sizes on offer."""
    return {str(size): size for size in SIZES}.get(request.GET.get("size", ""), DEFAULT_SIZE)


def page_of(request: HttpRequest, rows: Any) -> Page[Any]:
    """The page of ``?page=``: the first if that is no number, the last if there are not so many."""
    return CappedPaginator(rows, size_of(request)).get_page(request.GET.get("page"))


def paged(request: HttpRequest, table: Any) -> Any:
    """The table, sorted by ``?sort=`` and cut to the page asked for (its ``page`` attribute)."""
    sort = request.GET.getlist(table.prefixed_order_by_field)
    if sort:
        table.order_by = sort
    table.page = page_of(request, table.rows)
    table.paginator = table.page.paginator
    return table
