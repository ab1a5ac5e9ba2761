"""The secret of a link to the pre-check page: made from the rows and the installation's key, kept nowhere.

A letter is composed more than once (a retry, a resend, a look at what was
sent), so its link must come out the same each time; and whoever reads the
database must not be able to answer for anybody. Both hold when the token is a
keyed hash of wave and record: 80 bits, which nobody guesses, and only another
keyed hash of it is stored, by which the page finds its row.
"""

from casework.sealing import ring

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Nothing that is taken for something else when it is typed from paper: no 0, 1, I, O."""
LENGTH = 16
LONGEST = 40
PREFIX = "/c/"
_HEX = 4
_PAIRS = tuple(ALPHABET[two & 31] + ALPHABET[two >> 5] for two in range(1024))
_BITS = 10


def token_of(wave_id: int, record_id: int) -> str:
    """Return the token of one graduate's link in one wave: 16 characters, 80 bits, always the same."""
    drawn = int(ring().index("answer link", f"{wave_id}:{record_id}")[: LENGTH // 2 * _BITS // _HEX], 16)
    return "".join([_PAIRS[drawn >> at & 1023] for at in range(0, LENGTH // 2 * _BITS, _BITS)])


def hash_of(token: str) -> str:
    """Return what is stored of a token, and looked up for one that comes in, however it was typed."""
    return ring().index("answer token", plain(token))


def plain(token: str) -> str:
    """Return a token without the marks and the case in which somebody may have written it down."""
    return token[:LONGEST].upper().replace("-", "").replace(" ", "")


def path_for(token: str) -> str:
    """Return the path of the page that a token opens; nothing personal stands in it."""
    return PREFIX + token
