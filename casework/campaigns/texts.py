"""What a reminder says: words with three places, one text a channel and language, its length and what that costs.

A place is filled for one reader at the moment of sending and nothing else ever
stands in a text: a name or a number in it would tell whoever picks up the phone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from casework.cases.canonical import canonical_bytes

ZH, EN = "zh", "en"
LANGUAGES = (ZH, EN)
LINK, ON, SCHOOL = "link", "on", "school"
PLACES = (LINK, ON, SCHOOL)
"""What `{…}` may stand for: the reader's own way to the page, the last day, the school's name."""
ONE_SMS, PART_OF_SMS = 70, 67
PLACE = re.compile(r"\{([^{}]*)\}")

_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "sms": {
        ZH: "{school}提醒：请于{on}前登录官方网站 %(site)s，由本人核对并确认毕业去向登记。"
        "可先在此核对：{link} 。是否确认不影响领取毕业证书。",
        EN: "{school}: please check and confirm your own destination record on %(site)s by {on}. "
        "You can check it first here: {link} . Whether you confirm does not affect your certificates.",
    },
    "smtp": {
        ZH: "同学：\n\n您的毕业去向登记尚未由本人确认。请于{on}前登录官方网站 %(site)s，由本人核对并确认。\n\n"
        "您可以先在这里核对登记内容：{link}\n\n登记内容一致、有误或者与您无关，都请如实选择；任何人不得代您确认。"
        "是否确认不影响领取毕业证书、学位证书。\n\n{school}",
        EN: "Dear graduate,\n\nYou have not yet confirmed your destination record yourself. "
        "Please check and confirm it on the official site %(site)s by {on}.\n\n"
        "You can look at the record first here: {link}\n\nWhether it is right, partly wrong or not yours at all, "
        "please answer as it is; nobody may confirm for you. "
        "Whether you confirm does not affect your certificates.\n\n{school}",
    },
}


def default_texts(site: str) -> dict[str, dict[str, str]]:
    """Return what a new campaign begins with, for the official site of its round."""
    return {
        channel: {language: text % {"site": site} for language, text in words.items()}
        for channel, words in _DEFAULTS.items()
    }


@dataclass(frozen=True)
class Preview:
    """A text as one reader would get it; `parts` is how many SMS one costs (0: the channel costs nothing)."""

    words: str
    length: int
    parts: int


def render(words: str, *, link: str, on: date, school: str, language: str = ZH) -> str:
    """Fill the places of a text; one that is unknown stays as it stands."""
    filled = {LINK: link, ON: said_day(on, language), SCHOOL: school}
    return PLACE.sub(lambda place: filled.get(place[1].strip(), place[0]), words)


def said_day(on: date, language: str = ZH) -> str:
    """Say the last day as it is said in a sentence."""
    return f"{on.month}月{on.day}日" if language == ZH else f"{on.day} {on:%B}"


def length_of(words: str) -> int:
    """Return how many characters an SMS counts: 16-bit units, so that 𠮷 counts twice."""
    return len(words.encode("utf-16-le")) // 2


def parts_of(words: str) -> int:
    """Return how many SMS a text costs: 70 characters are one, a longer text goes in parts of 67."""
    length = length_of(words)
    return 1 if length <= ONE_SMS else -(-length // PART_OF_SMS)


def preview(words: str, *, channel: str, link: str, on: date, school: str, language: str = ZH) -> Preview:
    """Show a text as it would arrive, with its length and cost."""
    said = render(words, link=link, on=on, school=school, language=language)
    return Preview(said, length_of(said), parts_of(said) if channel == "sms" else 0)


def text_hash(plan: Mapping[str, object]) -> str:
    """Return SHA-256 over everything that is approved beside the list: texts, order of channels, times."""
    return sha256(canonical_bytes(dict(plan))).hexdigest()
