"""Secrets that we make ourselves, for cookies, programs and calendars: too long to be guessed, so a plain hash is kept.

What people choose or type (passwords, recovery codes) could be guessed from such a
hash: those have argon2 (`operations.passwords`) or a key (`sealing`).
"""

import hashlib


def hash_of(secret: str) -> str:
    """Return what is kept of a secret, and looked for when one is shown; what is no text of ours opens nothing."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
