"""What a browser calls itself, in words."""

import pytest

from tuanjian import devices

WINDOWS = "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 12; HLK-AL00) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/107"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{WINDOWS} Chrome/109.0.0.0 Safari/537.36", "Windows 电脑 · Chrome"),
        (f"{WINDOWS} Chrome/108.0.0.0 Safari/537.36 Edg/108.0", "Windows 电脑 · Edge"),
        (f"{WINDOWS} Chrome/86.0.0.0 Safari/537.36 QIHU 360SE", "Windows 电脑 · 360 浏览器"),
        (f"{ANDROID} Mobile Safari/537.36 MicroMessenger/8.0.42", "安卓手机 · 微信"),
        (f"{ANDROID} Mobile Safari/537.36 wxwork/4.1 MicroMessenger/7.0.1", "安卓手机 · 企业微信"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) Version/16.6 Safari/604.1", "iPhone · Safari"),
        ("curl/8.5.0", "未知设备"),
        ("", "未知设备"),
    ],
)
def test_devices_in_words(user_agent, words):
    assert devices.in_words(user_agent) == words
