"""Six digits that show who is answering: made from the row of the code and the installation's key, stored nowhere.

The message that carries them is written down before it is sent and may be looked
at by whoever watches deliveries. So its row names the code and does not hold it;
the digits are made when the letter leaves, and only a keyed hash is compared.
"""

import hmac
from datetime import timedelta

from casework.sealing import ring

GOOD_FOR = timedelta(minutes=10)
TRIES = 5
DIGITS = 6
HIDDEN = "*" * DIGITS
"""What stands in the place of the digits for whoever looks at the message afterwards."""


def code_of(code_id: int) -> str:
    """Return the six digits of a row of `AnswerCode`, the same ones whenever the letter is written."""
    return f"{int(ring().index('identity code', str(code_id)), 16) % 10**DIGITS:0{DIGITS}}"


def hash_of(code_id: int) -> str:
    """Return what is stored beside a code, by which the digits that come in are compared."""
    return _hash(code_id, code_of(code_id))


def matches(code_id: int, code_hash: str, given: str) -> bool:
    """Say whether these are the digits of a code."""
    return hmac.compare_digest(_hash(code_id, given.strip()), code_hash)


def _hash(code_id: int, digits: str) -> str:
    return ring().index("identity code given", f"{code_id}:{digits}")
