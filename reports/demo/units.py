"""The demo units there are, by the names ``manage.py load_demo --unit`` takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reports.demo import loading
from reports.demo.blueprint import Blueprint
from reports.demo.huayue import HUAYUE
from reports.demo.hubei import HUBEI
from reports.demo.zhejiang import ZHEJIANG

UNITS: Final[Mapping[str, Blueprint]] = {"huayue": HUAYUE, "zhejiang": ZHEJIANG, "hubei": HUBEI}


def loaded() -> Blueprint | None:
    """The unit that is in the database already."""
    return next((blueprint for blueprint in UNITS.values() if loading.root_of(blueprint) is not None), None)
