"""The link in a message by which somebody sets their own password: made on its way out, kept in no row.

A letter is composed more than once, so its link must come out the same each time;
and whoever reads the database must not be able to use it. So the secret is a keyed
hash of the invitation's ref, and only a hash of the secret is stored.
"""

from collections.abc import Mapping

from casework.notices.models import Message
from casework.sealing import ring

KINDS = frozenset({"invitation", "password_link"})
REF = "invitation"
"""The parameter of a row that names its invitation; no text holds it."""
PREFIX, HIDDEN = "/welcome/", "/welcome/******"


def token_of(ref: str) -> str:
    """Return the secret of an invitation: 128 bits, always the same."""
    return ring().index("invitation link", ref)


def hash_of(token: str) -> str:
    """Return what is stored of a secret, and looked up for one that comes in."""
    return ring().index("invitation token", token)


def with_link(message: Message, params: Mapping[str, object], *, base_url: str, hidden: bool) -> Mapping[str, object]:
    """Return the parameters of a message with its link put in, or stars for whoever looks at it afterwards."""
    ref = message.params.get(REF)
    if message.kind not in KINDS or not isinstance(ref, str):
        return params
    return {**params, "link": base_url + (HIDDEN if hidden else PREFIX + token_of(ref))}
