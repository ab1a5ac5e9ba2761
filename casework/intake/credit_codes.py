"""Whether a unified social credit code can be a real one, and which employer a round knows under it.

What a person types by hand may be anything: a case about a code that nobody has
could never be checked. The check character finds a slip of the hand; a code that
fails it and is registered all the same stays usable, because the data were taken
over as they came. Screening asks the same of whole tables (`screening/ground.py`).
"""

import re
from collections import Counter

from sqlalchemy import select

from casework.db import db
from casework.intake.models import Employer, Record, Revision
from casework.intake.normal import CREDIT_CODE_LENGTH

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
_SHAPE = re.compile(f"[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}")
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_WEIGHTS = tuple(pow(3, place, 31) for place in range(CREDIT_CODE_LENGTH - 1))


def is_valid(code: str) -> bool:
    """Say whether a normalised code has the shape of the standard and both check characters, its own and the inner one.

    One number in 31 has the right last character by chance (123456789012345678 has); few have both.
    """
    if not _SHAPE.fullmatch(code):
        return False
    total = sum(_ALPHABET.index(letter) * weight for letter, weight in zip(code, _WEIGHTS, strict=False))
    return code[-1] == _ALPHABET[-total % 31] and _ends_rightly(code[8:17])


def _ends_rightly(inner: str) -> bool:
    """Say whether the organisation code inside (GB 11714) ends with its check character; letters count from 10."""
    total = sum(int(letter, 36) * weight for letter, weight in zip(inner, _INNER_WEIGHTS, strict=False))
    return inner[-1] == "0123456789X0"[11 - total % 11]


def employer_known_as(code: str, *, round_id: int, organisation_id: int) -> str | None:
    """Return the name of the employer of a normalised code: as registered, else as most graduates have it.

    None when neither the employer register of the round nor a registration of this organisation has the code.
    """
    name = db.session.scalar(select(Employer.name).filter_by(round_id=round_id, credit_code=code))
    if name is not None:
        return name
    written = db.session.scalars(
        select(Revision.employer_name)
        .join(Record, Record.revision_id == Revision.id)
        .where(Record.round_id == round_id, Record.organisation_id == organisation_id, Revision.credit_code == code)
        .order_by(Revision.id)
    )
    counted = Counter(written)
    return max(counted, key=lambda each: (bool(each), counted[each])) if counted else None
