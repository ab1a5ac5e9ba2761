"""Which passwords are refused: those that somebody guesses among the first million, not those without a capital letter.

Rules about classes of characters make people write `Password1!`; a list of what has
leaked does more (NIST SP 800-63B, 5.1.1.2). The commonest stand in a file of
ours. An operator who has the large list of leaked passwords in the published
format (SHA-1 in capitals, a colon, a count; sorted) names its file, and it is searched on
disk by halving: thirty reads of a line, and nothing ever leaves the machine.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from casework.errors import N_

LEAST, MOST = 10, 1024
LONGEST_PIECE = 5
_LIST = Path(__file__).parent / "data" / "common_passwords.txt"
_LINE = re.compile(rb"[0-9A-F]{40}")
_LONGEST_LINE = 64

_leaked: Path | None = None


def configure(leaked: Path | None) -> None:
    """Name the operator's list for this process; the factory calls it once. A demonstration names none."""
    global _leaked  # noqa: PLW0603 - operations have no settings to ask, as with the seals
    _leaked = leaked


def why_weak(password: str, *, own_words: Iterable[str]) -> str | None:
    """Return the sentence that says why a password is refused, or None when it may be used.

    `own_words` are what everybody knows about the account: login, name, organisations.
    """
    said = password.casefold().strip()
    if len(password) < LEAST:
        return N_("太短，至少10个字符。")
    if len(password) > MOST:
        return N_("太长，最多1024个字符。")
    if _is_said_by(said, own_words):
        return N_("与账号、姓名或单位名称太接近，容易被猜到，请换一个。")
    if said in _common() or _is_pattern(said):
        return N_("这个密码太常见，容易被猜到，请换一个。")
    if _leaked is not None and is_listed(password, _leaked):
        return N_("这个密码已在其他网站的泄露名单中，请换一个。")
    return None


def is_listed(password: str, file: Path) -> bool:
    """Say whether a sorted list of SHA-1 hashes holds a password; a file that cannot be read holds nothing."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    try:
        with file.open("rb") as lines:
            return _found(lines, wanted, size=file.stat().st_size)
    except OSError:
        return False


def _found(lines: BinaryIO, wanted: bytes, *, size: int) -> bool:
    low, high = 0, size  # the line that is looked for begins at or after `low` and before `high`
    while low < high:
        middle = (low + high) // 2
        start, line = _line_from(lines, middle)
        digest = _LINE.match(line)
        if digest is None or start >= high:
            high = middle
        elif digest[0] == wanted:
            return True
        elif digest[0] < wanted:
            low = start + len(line)
        else:
            high = middle
    return False


def _line_from(lines: BinaryIO, place: int) -> tuple[int, bytes]:
    """Return the first line that begins at a place or after it, and where."""
    if place:
        lines.seek(place - 1)
        lines.readline(_LONGEST_LINE)  # the rest of the line before; alone its end when a line begins here
    else:
        lines.seek(0)
    return lines.tell(), lines.readline(_LONGEST_LINE)


def _is_said_by(said: str, own_words: Iterable[str]) -> bool:
    """Say whether a password is a word of one's own, once or twice, whatever digits and signs stand around it."""
    letters = _letters(said)
    for word in own_words:
        known = word.casefold().strip()
        if known and said in (known, known * 2):
            return True
        if letters and letters in (_letters(known), _letters(known) * 2):
            return True
    return False


def _letters(said: str) -> str:
    return re.sub(r"[\W\d_]+", "", said)


def _is_pattern(said: str) -> bool:
    """Say whether a password is one short piece again and again, or a run of neighbours."""
    steps = {ord(after) - ord(before) for before, after in pairwise(said)}
    return (said + said).find(said, 1) <= LONGEST_PIECE or steps in ({1}, {-1})


@lru_cache
def _common() -> frozenset[str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
