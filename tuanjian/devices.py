"""Say in words what a browser calls itself, for people who look at the list of their own log-ins."""

_PLATFORMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "鸿蒙手机"),
    ("OpenHarmony", "鸿蒙手机"),
    ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)
# The more particular first: almost everybody also calls itself Chrome and Safari.
_BROWSERS = (
    ("wxwork", "企业微信"),
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("QQBrowser", "QQ 浏览器"),
    ("360SE", "360 浏览器"),
    ("360EE", "360 浏览器"),
    ("QihooBrowser", "360 浏览器"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
UNKNOWN = "未知设备"


def in_words(user_agent: str) -> str:
    """Return such as 安卓手机 · 微信. What calls itself something else on purpose cannot be recognised."""
    known = [next((word for sign, word in signs if sign in user_agent), "") for signs in (_PLATFORMS, _BROWSERS)]
    return " · ".join(filter(None, known)) or UNKNOWN
