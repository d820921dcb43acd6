"""`manage.py rotate_index_key`: index everything with a new key. The site and the worker have to be stopped."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from branches import rekeying
from branches.keys import require_right_keys
from branches.models import KeyFingerprint
from tuanjian import keyring

_NEXT: Final = "TUANJIAN_INDEX_KEY_NEXT"


class Command(BaseCommand):
    help = "Index ID numbers and phones with a new key, offline. Run again it finishes what was cut off."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--offline", action="store_true", help="site and worker are stopped")

    def handle(self, *, offline: bool, **options: Any) -> None:
        if not offline:
            raise CommandError("更换索引密钥时不能有人使用系统。请先停止网站和后台进程，再加 --offline 运行。")
        path = keyring.file_in_use()
        if path is None:
            self._from_environment()
        else:
            self._from_file(path)

    def _from_file(self, path: Path) -> None:
        resumed = keyring.staged(path).exists()
        ring = keyring.stage_index_key(path)
        if not (resumed and self._is_registered(ring.index)):
            require_right_keys()
            self._say(rekeying.index_anew(ring.index))
        keyring.adopt_staged(path)
        require_right_keys()
        self.stdout.write("新的索引密钥已写入密钥文件，请备份密钥文件后启动网站。")

    def _from_environment(self) -> None:
        text = os.environ.get(_NEXT, "")
        if not text:
            raise CommandError(f"密钥来自环境变量，请把新密钥放在 {_NEXT} 里再运行，例如：{_NEXT}={keyring.new_key()}")
        key = keyring.key_from(text, _NEXT)
        if not self._is_registered(key):
            require_right_keys()
            self._say(rekeying.index_anew(key))
        self.stdout.write(f"请把 TUANJIAN_INDEX_KEY 改成 {_NEXT} 的值，备份后启动网站。")

    def _is_registered(self, key: bytes) -> bool:
        return KeyFingerprint.objects.filter(name="index", fingerprint=keyring.fingerprint_of(key)).exists()

    def _say(self, count: int) -> None:
        self.stdout.write(f"已重建 {count} 项索引。等待确认的导入要重新检查，没有用过的注册码和重置码要重新生成。")
