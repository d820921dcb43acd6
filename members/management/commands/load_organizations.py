"""`manage.py load_organizations`: set up a tree of organisations from a JSON list."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from branches.founding import New, add_many
from branches.models import Organization, OrgType
from members.roster.reading.words import ORG_TYPES, type_by_name

WHY = "由命令行装入"


class Command(BaseCommand):
    help = (
        "Set up organisations from a JSON list of {full_name, short_name, org_type, parent}; parent is a full name, "
        "null for the root, and may come after its child. Prints the root's code."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            entries = json.loads(file.read_text(encoding="utf-8"))
            new = in_order(entries)
            organizations = add_many(new, by=None, reason=WHY)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"文件读不出来或内容不完整：{error}") from error
        except ValidationError as refusal:
            raise CommandError("".join(refusal.messages)) from refusal
        roots = [each.organization.code for each in new if each.under is None]
        self.stdout.write(json.dumps({"root": roots[0] if roots else "", "organizations": len(organizations)}))


def in_order(entries: list[dict[str, Any]]) -> list[New]:
    """The organisations, superiors first. Raises ValueError for a superior that is not in the list."""
    made = {entry["full_name"]: _organization(entry) for entry in entries}
    above = {entry["full_name"]: entry.get("parent") for entry in entries}
    ordered: list[New] = []
    placed: set[str] = set()
    while len(placed) < len(made):
        ready = [name for name in made if name not in placed and (above[name] is None or above[name] in placed)]
        if not ready:
            raise ValueError(f"找不到上级组织：{'、'.join(str(above[name]) for name in made if name not in placed)}")
        ordered += [New(made[name], None if above[name] is None else made[above[name]]) for name in ready]
        placed.update(ready)
    _tell_committees_apart(ordered)
    return ordered


def _organization(entry: dict[str, Any]) -> Organization:
    full_name = entry["full_name"]
    org_type = ORG_TYPES.find(entry.get("org_type") or "") or type_by_name(full_name)
    if org_type is None:
        raise ValueError(f"不认识的组织类别：{entry.get('org_type')}")
    short_name = (entry.get("short_name") or full_name)[:50]
    return Organization(full_name=full_name, short_name=short_name, org_type=org_type)


def _tell_committees_apart(ordered: list[New]) -> None:
    """“团委” may be either kind; one with a 团工委 or a leading body below it leads."""
    for organization, under in reversed(ordered):
        leads = organization.org_type in (OrgType.WORK_COMMITTEE, OrgType.LEADING_BODY)
        if under is not None and leads and under.org_type == OrgType.BASE_COMMITTEE:
            under.org_type = OrgType.LEADING_BODY
