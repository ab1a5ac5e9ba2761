"""One byte sequence for one meaning: RFC 8785 canonical JSON, and SHA-256 over it.

Everything that is signed in this service is signed by its hash. A hash is
worth something only if both sides write the same bytes, so there is one
spelling of JSON (keys sorted, no blanks, UTF-8) and one function that makes it.
A file written with `canonical_bytes` needs no software to be checked: the
result of `sha256sum` is the hash that stands on the paper.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Protocol

import rfc8785
from cryptography.hazmat.primitives import hashes

from casework.errors import N_, Invalid


class NotCanonical(Invalid):
    """The value holds something that JSON cannot say in one way only (a date object, NaN, a huge integer)."""

    code = "not_canonical"


def canonical_bytes(value: object) -> bytes:
    """Return the RFC 8785 spelling of a JSON value; raise `NotCanonical` for anything else."""
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except rfc8785.CanonicalizationError as error:
        raise NotCanonical(
            N_("这份内容无法写成规范的 JSON，不能计算哈希：%(reason)s。"), params={"reason": str(error)}
        ) from error


def canonical_hash(value: object) -> str:
    """Return the SHA-256 of the canonical spelling, as 64 lower-case hexadecimal digits."""
    return bytes_hash(canonical_bytes(value))


def bytes_hash(content: bytes) -> str:
    """Return the SHA-256 of bytes, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


class Hasher(Protocol):
    """What takes bytes and gives a digest."""

    def update(self, piece: bytes, /) -> None:
        """Take more bytes."""

    def hexdigest(self) -> str:
        """Return the digest of all bytes so far, in lower-case hexadecimal digits."""


class _Sm3:
    """SM3 by the cryptography library, where Python's own OpenSSL was built without it."""

    def __init__(self) -> None:
        self._hash = hashes.Hash(hashes.SM3())

    def update(self, piece: bytes, /) -> None:
        self._hash.update(piece)

    def hexdigest(self) -> str:
        return self._hash.copy().finalize().hex()


def sm3_hasher(content: bytes = b"") -> Hasher:
    """Return a hasher for SM3 (GB/T 32905), which stands beside SHA-256 where a round asks for it."""
    hasher: Hasher = hashlib.new("sm3") if "sm3" in hashlib.algorithms_available else _Sm3()
    hasher.update(content)
    return hasher


def plain(value: Mapping[str, object]) -> dict:
    """Return a deep copy in JSON's own types (tuples become lists), exactly as it would be read back from a file."""
    return json.loads(canonical_bytes(value))
