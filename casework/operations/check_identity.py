"""Find out whether it is the graduate who holds a link: by the code sent to them, or, weaker, by what they know.

Student number and date of birth are known to counsellors too, so the weaker way
gives an answer that is not verified. Both count their wrong tries in the
database and end after a few, so that nobody guesses their way in.
"""

import hmac
import re
from datetime import date

from sqlalchemy import select, update

from casework import clock
from casework.campaigns.identity import TRIES, matches
from casework.campaigns.models import AnswerCode, AnswerLink
from casework.db import affected, db

_DATE = re.compile(r"(\d{4})\D{0,3}(\d{1,2})\D{0,3}(\d{1,2})\D{0,2}")
ID_NUMBER = 18
"""Digits of an identity number; its seventh to fourteenth are the date of birth."""


def check_code(link: AnswerLink, given: str) -> bool:
    """Say whether these are the digits of the newest code of this link; a code ends when it is used, or after tries."""
    newest = select(AnswerCode).filter_by(link_id=link.id).order_by(AnswerCode.id.desc()).limit(1)
    code = db.session.scalars(newest).one_or_none()
    if code is None or not _counted(code):
        return False
    if not matches(code.id, code.code_hash, given):
        return False
    code.used_at = clock.now()
    return True


def check_particulars(link: AnswerLink, *, student_no: str, birth_date: str) -> bool:
    """Say whether student number and date of birth are those of the link's record; a link bears a few wrong tries."""
    open_ = update(AnswerLink).where(AnswerLink.id == link.id, AnswerLink.tries < TRIES)
    if affected(open_.values(tries=AnswerLink.tries + 1).execution_options(synchronize_session=False)) != 1:
        return False
    db.session.refresh(link)
    known, said = _birth_date(link), _day(birth_date)
    same_number = hmac.compare_digest(student_no.strip().upper().encode(), link.record.student_no.upper().encode())
    if not (same_number and known is not None and said == known):
        return False
    link.tries = 0
    return True


def _counted(code: AnswerCode) -> bool:
    """Count a try; False for a code that has ended. Counted before it is compared, so that no two share a try."""
    counted = update(AnswerCode).where(
        AnswerCode.id == code.id,
        AnswerCode.tries < TRIES,
        AnswerCode.used_at.is_(None),
        AnswerCode.expires_at > clock.now(),
    )
    return affected(counted.values(tries=AnswerCode.tries + 1).execution_options(synchronize_session=False)) == 1


def _birth_date(link: AnswerLink) -> date | None:
    """Return the registered date of birth, or the one in the identity number; None where neither is registered."""
    revision = link.record.revision
    sealed = (revision.sealed if revision else None) or {}
    number = str(sealed.get("id_number") or "")
    return _day(str(sealed.get("birth_date") or "")) or (_day(number[6:14]) if len(number) == ID_NUMBER else None)


def _day(text: str) -> date | None:
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None
