"""The signature of a webhook, as https://www.standardwebhooks.com has it.

HMAC-SHA256 over id, moment and body. While a secret is being changed the request
bears one signature for each of the two, so either side may switch first.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from notifications.errors import ChannelMisconfigured

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
_AT_MOST = 2


def secrets_of(text: str) -> tuple[bytes, ...]:
    """Read one secret, or two with a blank between them: the new one first."""
    words = text.split()
    if not 1 <= len(words) <= _AT_MOST:
        raise ChannelMisconfigured("A subscriber has one secret, or two while it is being changed.")
    return tuple(_secret(word) for word in words)


def signature_of(secrets: Sequence[bytes], *, ref: str, at: int, body: bytes) -> str:
    """Return the value of `webhook-signature` for a message sent at a second of Unix time."""
    signed = f"{ref}.{at}.".encode() + body
    digests = (hmac.digest(secret, signed, "sha256") for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def key_id_of(secret: bytes) -> str:
    """Return a name for a secret that tells two apart and opens nothing, for logs while it is being changed."""
    return hashlib.sha256(b"casework webhook key:" + secret).hexdigest()[:8]


def _secret(word: str) -> bytes:
    try:
        secret = base64.b64decode(word.removeprefix(PREFIX), validate=True)
    except binascii.Error as wrong:
        raise ChannelMisconfigured(f"A secret is {PREFIX} and base64: {wrong}.") from wrong
    if not _SHORTEST <= len(secret) <= _LONGEST:
        raise ChannelMisconfigured(f"A secret has between {_SHORTEST} and {_LONGEST} bytes.")
    return secret
