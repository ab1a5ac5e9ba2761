"""Personal data at rest: sealed values, and blind indexes that can be compared but not read.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the context is
authenticated, so a value copied to another column, or a file renamed to another
hash, does not open. A blind index is HMAC-SHA256 cut to 128 bits: equal inputs give
equal tokens, which is all that the telephone rules need.
"""

import hmac
import json
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

from casework.errors import N_, CaseworkError

NONCE_BYTES = 12


class SealBroken(CaseworkError):  # noqa: N818
    """A sealed value does not open: another key, another row, or a changed byte."""

    code = "seal_broken"


class KeyRing:
    """The keys of one installation: the last sealing key seals, all of them open."""

    def __init__(self, sealing_keys: Mapping[str, bytes], index_key: bytes) -> None:
        self._ciphers = {name.encode(): AESGCM(key) for name, key in sealing_keys.items()}
        self._newest = list(self._ciphers)[-1]
        self._index_key = index_key

    def seal(self, plain: bytes, context: str) -> bytes:
        """Seal bytes for one context; the same input never gives the same output twice."""
        nonce = os.urandom(NONCE_BYTES)
        body = self._ciphers[self._newest].encrypt(nonce, plain, context.encode())
        return b"%c%b%b%b" % (len(self._newest), self._newest, nonce, body)

    def unseal(self, sealed: bytes, context: str) -> bytes:
        """Open what `seal` made for the same context, or raise `SealBroken`."""
        length = sealed[0] if sealed else 0
        name, rest = sealed[1 : 1 + length], sealed[1 + length :]
        try:
            return self._ciphers[name].decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], context.encode())
        except (InvalidTag, KeyError, ValueError) as fault:  # ValueError: cut off inside the nonce
            raise SealBroken(N_("加密内容无法打开：密钥不符或内容被改动。请联系系统管理员。")) from fault

    def index(self, kind: str, value: str) -> str:
        """Return the blind index of a value: 32 hexadecimal digits, comparable within one kind."""
        return hmac.digest(self._index_key, f"{kind}:{value}".encode(), "sha256").hex()[:32]


_ring: KeyRing | None = None


def configure(ring: KeyRing) -> None:
    """Give this process its keys; the factory calls it once."""
    global _ring  # noqa: PLW0603 - column types have no application to ask
    _ring = ring


def ring() -> KeyRing:
    """Return the keys of this process."""
    if _ring is None:
        raise RuntimeError("sealing is not configured: create_app() gives it the keys")
    return _ring


class SealedText(TypeDecorator[str]):
    """A text column that is sealed at rest; its context is the column's own label."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str = "text") -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: str | None, dialect: object) -> bytes | None:  # noqa: ARG002
        """Seal on the way in."""
        return None if value is None else ring().seal(value.encode(), self.context)

    def process_result_value(self, value: bytes | None, dialect: object) -> str | None:  # noqa: ARG002
        """Open on the way out."""
        return None if value is None else ring().unseal(value, self.context).decode()


class SealedJSON(TypeDecorator[dict]):
    """A JSON column that is sealed at rest."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str = "json") -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: object, dialect: object) -> bytes | None:  # noqa: ARG002
        """Seal on the way in."""
        return None if value is None else ring().seal(json.dumps(value, ensure_ascii=False).encode(), self.context)

    def process_result_value(self, value: bytes | None, dialect: object) -> dict | None:  # noqa: ARG002
        """Open on the way out."""
        return None if value is None else json.loads(ring().unseal(value, self.context))
