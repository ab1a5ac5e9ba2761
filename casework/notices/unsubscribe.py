"""The address at which the reader of a mail ends reminders by mail, without signing in.

It is signed, so that nobody can end somebody else's, and it names the account
by its public ref alone. It does not run out: mails are read, and found again,
after years, and all that it can do is what its owner may undo with one click.
"""

import hashlib

from itsdangerous import BadSignature, Signer

from casework.people.models import Person
from casework.sealing import ring

PREFIX = "/unsubscribe/"
LONGEST = 200


def path_for(person: Person) -> str:
    """Return the path that stands in the headers of a person's mails."""
    return PREFIX + _signer().sign(person.ref).decode()


def ref_in(token: str) -> str | None:
    """Return the ref of the person whose path this is, or None when we have not signed it."""
    if len(token) > LONGEST:
        return None
    try:
        return _signer().unsign(token).decode()
    except BadSignature:
        return None


def _signer() -> Signer:
    return Signer(
        ring().index("unsubscribe", "key of signatures"), salt="reminders by mail", digest_method=hashlib.sha256
    )
