"""What somebody sits at, in two words that they recognise in a list of their sessions: system and browser.

No more is read out of what a browser tells about itself, and the rest is not kept.
"""

SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("QQBrowser", "QQ浏览器"),
    ("360", "360浏览器"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
LONGEST = 1000


def words_of(user_agent: str) -> str:
    """Return system and browser, as `Windows · Edge`; what is not recognised is left out."""
    told = user_agent[:LONGEST]
    found = (next((name for mark, name in known if mark in told), "") for known in (SYSTEMS, BROWSERS))
    return " · ".join(each for each in found if each)
