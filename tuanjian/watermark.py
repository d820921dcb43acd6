"""The line on everything that leaves the system: who made it, and when."""

from __future__ import annotations

import datetime as dt


def made_by(who: object, at: dt.datetime, *, more: str = "") -> str:
    """“由 张三 于 2026-11-22 09:30 导出，…，用后请妥善保管或销毁。” ``at`` is local time."""
    said = f"，{more}" if more else ""
    return f"由 {who} 于 {at:%Y-%m-%d %H:%M} 导出{said}，用后请妥善保管或销毁。"
