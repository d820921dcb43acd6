"""What has to exist before settings can be read."""

import dataclasses
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from tuanjian.spreadsheets.cells import Limits

# Cybersecurity Law, article 21: network logs are kept no less than six months.
SHORTEST_AUDIT_MONTHS = 6


def secret_key_from(path: Path) -> str:
    """Return Django's secret key kept in ``path``; the first process to ask writes it, readable by its owner only."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50))
    try:
        # A link, not a rename: of two first processes the loser must read the winner's key.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii")


def import_limits(limits: Limits) -> Limits:
    """The limits of reading uploaded files, as asked for; raises ImproperlyConfigured where one lets nothing in."""
    if min(dataclasses.astuple(limits)) < 1:
        raise ImproperlyConfigured("TUANJIAN_IMPORT_ 开头的上限都必须大于 0，请改正后重新启动。")
    return limits


def audit_months(months: int) -> int:
    """How long the log is kept, as asked for; raises ImproperlyConfigured below what the law demands."""
    if months < SHORTEST_AUDIT_MONTHS:
        raise ImproperlyConfigured(
            f"TUANJIAN_AUDIT_MONTHS 设为 {months}，操作日志至少要保存 {SHORTEST_AUDIT_MONTHS} 个月，请改正后重新启动。"
        )
    return months
