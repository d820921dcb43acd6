"""Lists that were made, and comparisons that were finished, without their jobs."""

import json

from django.utils import timezone

from members.lists.making import scope_of
from members.models import Comparison, ComparisonRow, ComparisonState, Export, ExportFile, ExportState, Outcome
from tuanjian import sealing


def a_list_made(organization, *, by, asked="", content=b"PK list", key="members", query=""):
    """An export ready to be fetched."""
    export = Export.objects.create(
        list_key=key,
        organization=organization,
        made_by=by,
        query=query,
        asked=asked,
        state=ExportState.READY,
        rows=1,
        size=len(content),
        sha256="0" * 64,
        scope=scope_of(organization, by),
        made_at=timezone.now(),
    )
    file = ExportFile(export=export)
    file.content = content
    file.save()
    return export


def a_comparison(organization, *, by, name="费思源", file_name="国家系统.xlsx", person=None, rows=1):
    """A comparison that found people who stand in the file only, or ``person`` as different."""
    counts = {"same": 2, "different": 0, "only_here": 0, "only_there": rows, "unclear": 0, "fields": {}}
    comparison = Comparison.objects.create(
        organization=organization,
        made_by=by,
        file_name=file_name,
        state=ComparisonState.DONE,
        counts=counts | {"here": 2, "there": rows + 2},
        done_at=timezone.now(),
    )
    pairs = [["ethnicity", "汉族", "回族"]] if person else []
    content = {"number": "37" + "*" * 16, "branch": "", "where": "团员 第 2 行", "why": ""}
    content |= {"pairs": pairs, "people": []}
    for number in range(1, rows + 1):
        ComparisonRow.objects.create(
            comparison=comparison,
            number=number,
            outcome=Outcome.DIFFERENT if person else Outcome.ONLY_THERE,
            target_id=person.pk if person else None,
            name=person.name if person else name,
            fields=",ethnicity," if person else "",
            sealed=sealing.seal("comparison.row", json.dumps(content)),
        )
    return comparison
