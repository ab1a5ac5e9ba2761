"""The receipt code: the only way by which whoever reported comes back, and the only thing that ties them to the lead.

Sixteen characters from 32 are 80 bits: nobody finds one by trying. The alphabet
leaves out 0, O, 1 and I; what is typed is forgiven its case, its blanks, its
dashes and its full-width letters, as Crockford's base 32 does. We keep a keyed
hash alone. A code that is misspelt, that never was, or that belongs to nobody
takes the same way through `find_lead`: one hash, one look, the same answer.
"""

import os
import unicodedata

from sqlalchemy import select

from casework.db import db
from casework.leads.models import Lead
from casework.leads.queries import lock_with_survivor
from casework.sealing import ring

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH, GROUP = 16, 4
LONGEST_TYPED = 200
_MEANT = str.maketrans({"1": "L", "I": "L"})
"""Neither stands in a code; whoever read one has seen an L."""


def new_code() -> str:
    """Return a new code as it is shown, as 7KQ4-M2XD-9T3F-HW6B."""
    return shown("".join(ALPHABET[byte & 31] for byte in os.urandom(LENGTH)))


def shown(code: str) -> str:
    """Return a code in its groups of four."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def normal(typed: str) -> str:
    """Return what was meant by what was typed: its letters and digits, whatever stands between them."""
    flat = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]).upper()
    return "".join(letter for letter in flat if letter.isalnum()).translate(_MEANT)


def hash_of(typed: str) -> str:
    """Return the keyed hash of a code; of anything else too, so that all that is typed takes one way."""
    return ring().index("receipt", normal(typed))


def find_lead(receipt_hash: str) -> Lead | None:
    """Return the lead of a receipt, None for one that nobody has."""
    return db.session.scalars(select(Lead).filter_by(receipt_hash=receipt_hash)).one_or_none()


def get_locked(receipt_hash: str) -> Lead:
    """Return the lead of a receipt that was found before, locked for a change with the one that it was merged into."""
    return lock_with_survivor(db.session.scalars(select(Lead).filter_by(receipt_hash=receipt_hash)).one())
