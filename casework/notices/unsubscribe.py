"""The address at which the reader of a mail ends reminders by mail, without signing in.

It is signed, so that nobody can end somebody else's, and it names the account, or the
graduate's record, by its public ref alone. It does not run out: mails are read, and found again,
after years, and all that it can do is what its owner may undo with one click.
"""

import hashlib

from itsdangerous import BadSignature, Signer

from casework.notices.graduates import Graduate
from casework.people.models import Person
from casework.sealing import ring

PREFIX = "/unsubscribe/"
LONGEST = 200
OF_ACCOUNTS, OF_GRADUATES = "reminders by mail", "reminders of graduates by mail"


def path_for(reader: Person | Graduate) -> str:
    """Return the path that stands in the headers of a reader's mails."""
    whose = OF_GRADUATES if isinstance(reader, Graduate) else OF_ACCOUNTS
    return PREFIX + _signer(whose).sign(reader.ref).decode()


def ref_in(token: str) -> str | None:
    """Return the ref of the person whose path this is, or None when we have not signed it for an account."""
    return _unsigned(token, OF_ACCOUNTS)


def record_ref_in(token: str) -> str | None:
    """Return the ref of the graduate's record whose path this is, or None when we have not signed it for one."""
    return _unsigned(token, OF_GRADUATES)


def _unsigned(token: str, whose: str) -> str | None:
    if len(token) > LONGEST:
        return None
    try:
        return _signer(whose).unsign(token).decode()
    except BadSignature:
        return None


def _signer(whose: str) -> Signer:
    return Signer(ring().index("unsubscribe", "key of signatures"), salt=whose, digest_method=hashlib.sha256)
