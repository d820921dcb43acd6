"""`manage.py rotate_sealing_key`: a new sealing key, while the site runs; run again it goes on where it stopped."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from branches import rekeying
from branches.keys import register_keys, require_right_keys
from tuanjian import keyring, sealing

# Running processes look at the keys file every second; until then they may seal with the key before.
_UNTIL_ALL_KNOW: Final = 2.5
_ENVIRONMENT: Final = (
    "密钥来自环境变量，请把新密钥放在 TUANJIAN_SEALING_KEYS 的最前面、旧密钥留在后面，"
    "重新启动网站和后台进程，再运行本命令：\n{name}:{key},<原来的内容>"
)


class Command(BaseCommand):
    help = "Seal everything with a new key. May be stopped and run again. --drop-unused forgets keys nothing needs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--drop-unused", action="store_true", help="forget the keys that hold nothing any more")

    def handle(self, *, drop_unused: bool, **options: Any) -> None:
        require_right_keys()
        try:
            if drop_unused:
                self._drop_unused()
            else:
                self._rotate()
        except (ValidationError, sealing.SealBroken) as refusal:
            raise CommandError("".join(getattr(refusal, "messages", [str(refusal)]))) from refusal

    def _rotate(self) -> None:
        path = keyring.file_in_use()
        if not self._left():
            if path is None:
                name = f"k{len(keyring.current().sealing) + 1}"
                self.stdout.write(_ENVIRONMENT.format(name=name, key=keyring.new_key()))
                return
            self.stdout.write(f"已启用新密钥 {keyring.begin_sealing_key(path)}。")
        register_keys()
        while True:
            rekeying.seal_anew(progress=lambda done: self.stdout.write(f"已更换 {done} 项"))
            time.sleep(_UNTIL_ALL_KNOW if path is not None else 0)
            if not self._left():
                break
        self.stdout.write(f"全部数据已用密钥 {sealing.current_key_id()} 加密。旧备份仍需要旧密钥，请与备份一起保管。")
        self.stdout.write("确认不再需要后，可运行 manage.py rotate_sealing_key --drop-unused 停用旧密钥。")

    def _left(self) -> int:
        current = sealing.current_key_id()
        return sum(count for key_id, count in rekeying.keys_in_use().items() if key_id != current)

    def _drop_unused(self) -> None:
        unused = set(keyring.current().sealing) - {sealing.current_key_id()}
        if not unused:
            self.stdout.write("没有可以停用的旧密钥。")
            return
        rekeying.forget_keys(unused)
        if (path := keyring.file_in_use()) is not None:
            keyring.drop_sealing_keys(path, unused)
            self.stdout.write(f"已停用密钥 {'、'.join(sorted(unused))}。")
        else:
            self.stdout.write(f"请从 TUANJIAN_SEALING_KEYS 中删去 {'、'.join(sorted(unused))} 并重新启动。")
