"""Identity and mobile numbers in what somebody wrote are hidden until a person asks for the words with a reason.

Whoever reports puts their own number into the text, or their classmates'. It is
needed once, to call back or to find a registration, and not by everybody who opens
the page. A number with the shape and birth date of an identity number is hidden
whether its check character is right or not: one wrong digit leaves seventeen right ones.
"""

import re

from casework.intake.normal import masked_id_number, masked_phone

_GAP = r"[ -]?"
_ID_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])(?:[0-9]{_GAP}){{6}}(?:19|20)(?:{_GAP}[0-9]){{2}}{_GAP}(?:0[1-9]|1[0-2]){_GAP}"
    rf"(?:0[1-9]|[12][0-9]|3[01])(?:{_GAP}[0-9]){{3}}{_GAP}[0-9Xx](?![0-9A-Za-z])"
)
_MOBILE = re.compile(rf"(?<![0-9])(?:\+?86{_GAP})?1[3-9][0-9](?:{_GAP}[0-9]){{8}}(?![0-9])")
_NARROW = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF38: "X", 0xFF58: "x", 0xFF0D: "-", 0x3000: " "}
"""Full width to half width, a character for a character, so that places in both texts agree."""


def veiled(text: str | None) -> str:
    """Return a text with every identity number hidden and every mobile number shown in part (138****6021)."""
    plain, found = text or "", []
    last = 0
    for start, end, shown in _numbers(plain):
        found += [plain[last:start], shown]
        last = end
    return "".join(found) + plain[last:]


def hidden_in(*texts: str | None) -> int:
    """Return how many numbers `veiled` hides in these texts."""
    return sum(1 for text in texts for _ in _numbers(text or ""))


def _numbers(text: str) -> list[tuple[int, int, str]]:
    narrow = text.translate(_NARROW)
    whole = [(each.start(), each.end(), masked_id_number(each.group())) for each in _ID_NUMBER.finditer(narrow)]
    mobiles = [
        (each.start(), each.end(), masked_phone(each.group()))
        for each in _MOBILE.finditer(narrow)
        if not any(start < each.end() and each.start() < end for start, end, _ in whole)
    ]
    return sorted(whole + mobiles)
