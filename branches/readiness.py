"""Whether the site can do its work now: what /healthz answers and what an administrator looks at first."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import shutil
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from branches import schema
from branches.keys import require_right_keys

# The worker says that it is there every ten seconds, but not during a task.
BEATS_EVERY: Final = 10.0
_SILENT_FOR: Final = dt.timedelta(seconds=60)
_LONGEST_TASK: Final = dt.timedelta(minutes=10)


def beat() -> None:
    """The worker is there. A file, so that it works while nothing can be written into the database.

    Nothing is raised when it cannot be written either: then the silence says so.
    """
    path = _beat_file()
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.write_text(timezone.now().isoformat(), encoding="ascii")
        draft.replace(path)
    except OSError:
        return


def stop_beating() -> None:
    """The worker ends as it should: nobody has to wait to learn it."""
    _beat_file().unlink(missing_ok=True)


def worker_is_there() -> bool:
    """Whether a worker has given a sign of life in the last minute."""
    last = _last_beat()
    # A clock that was set back must not make a dead worker look alive.
    return last is not None and abs(timezone.now() - last) <= _SILENT_FOR


def problems() -> dict[str, str]:
    """What is wrong with each part, "" where nothing is. Reads one row or two, writes nothing, names nobody."""
    found = {"database": _database(), "worker": "", "disk": _disk(), "keys": ""}
    if found["database"]:
        # Both ask the database, and would only wait for it again.
        return found | {"worker": "未检查。", "keys": "未检查。"}
    return found | {"worker": _worker(), "keys": _keys()}


def may_see_details(request: HttpRequest) -> bool:
    """Whether the question comes from this very machine, past the proxy, or with TUANJIAN_HEALTH_TOKEN."""
    token = settings.TUANJIAN_HEALTH_TOKEN
    if token and constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return True
    # The proxy talks to us over the same loopback or socket, but always says for whom.
    return "X-Forwarded-For" not in request.headers and _is_local(request.META.get("REMOTE_ADDR", ""))


def _is_local(address: str) -> bool:
    # Over a Unix socket there is no address.
    if not address:
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "数据库没有响应，请检查数据库服务。"
    return schema.problem()


def _worker() -> str:
    last = _last_beat()
    if last is None:
        return "后台进程没有运行，请启动 manage.py worker。"
    if worker_is_there() or _is_busy(timezone.now()):
        return ""
    return f"后台进程自 {timezone.localtime(last):%m-%d %H:%M:%S} 起没有响应，请检查或重新启动。"


def _is_busy(now: dt.datetime) -> bool:
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__gte=now - _LONGEST_TASK)
    return running.exists()


def _disk() -> str:
    try:
        free = shutil.disk_usage(settings.VAR_DIR).free // 2**20
    except OSError:
        return "数据目录不存在或读不出来，请检查 TUANJIAN_VAR。"
    if free >= settings.TUANJIAN_LEAST_FREE_MIB:
        return ""
    return f"数据目录所在磁盘只剩 {free} MiB，请尽快清理，少于 {settings.TUANJIAN_LEAST_FREE_MIB} MiB 时可能无法保存。"


def _keys() -> str:
    try:
        require_right_keys()
    except ImproperlyConfigured as wrong:
        return str(wrong)
    return ""


def _last_beat() -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(_beat_file().read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _beat_file() -> Path:
    return Path(settings.VAR_DIR) / "worker.beat"
