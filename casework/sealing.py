"""Personal data at rest: sealed values, and blind indexes that can be compared but not read.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the context is
authenticated, so a value copied to another column, or a file renamed to another
hash, does not open. A blind index is HMAC-SHA256 cut to 128 bits: equal inputs give
equal tokens, which is all that the telephone rules need.

Keys change while processes run: a value that names an unknown key makes the ring
look once where its keys come from, and before sealing it looks now and then
whether there is a newer one. So a key that is added is used everywhere within
seconds, whoever learns of it first. The index key never changes: receipt codes
and the tokens of links are kept as their hashes alone, and from what is not kept
nothing can be computed anew.
"""

import hmac
import json
import os
from collections.abc import Mapping
from time import monotonic

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

from casework.errors import N_, CaseworkError, Unavailable
from casework.keys import KeySource

NONCE_BYTES = 12
LOOK_SECONDS, ASK_SECONDS = 5.0, 1.0


class SealBroken(CaseworkError):  # noqa: N818
    """A sealed value does not open: another key, another row, or a changed byte."""

    code = "seal_broken"


class KeyRing:
    """The keys of one installation: the last sealing key seals, all of them open.

    With a `source` it follows what stands there; without one its keys are those that it was given.
    """

    def __init__(self, sealing_keys: Mapping[str, bytes], index_key: bytes, *, source: KeySource | None = None) -> None:
        self._source, self._index_key = source, index_key
        self._looked_at, self._asked_at = monotonic(), float("-inf")
        self._stamp = source.stamp() if source else None
        self._take(sealing_keys)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the keys that open."""
        return tuple(name.decode() for name in self._ciphers)

    @property
    def newest(self) -> str:
        """Return the name of the key that seals."""
        return self._newest.decode()

    def seal(self, plain: bytes, context: str) -> bytes:
        """Seal bytes for one context; the same input never gives the same output twice."""
        self._look()
        return self._sealed(plain, context)

    def unseal(self, sealed: bytes, context: str) -> bytes:
        """Open what `seal` made for the same context, or raise `SealBroken`."""
        length = sealed[0] if sealed else 0
        name, rest = sealed[1 : 1 + length], sealed[1 + length :]
        if name not in self._ciphers:
            self._ask()
        try:
            return self._ciphers[name].decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], context.encode())
        except (InvalidTag, KeyError, ValueError) as fault:  # ValueError: cut off inside the nonce
            raise SealBroken(N_("加密内容无法打开：密钥不符或内容被改动。请联系系统管理员。")) from fault

    def reseal(self, sealed: bytes, context: str) -> bytes:
        """Return the same content under the newest key; what is under it already comes back unchanged."""
        return sealed if sealed.startswith(self.prefix()) else self._sealed(self.unseal(sealed, context), context)

    def prefix(self, name: str | None = None) -> bytes:
        """Return how everything begins that a key has sealed: the newest, unless another is named."""
        key = self._newest if name is None else name.encode()
        return b"%c%b" % (len(key), key)

    def index(self, kind: str, value: str) -> str:
        """Return the blind index of a value: 32 hexadecimal digits, comparable within one kind."""
        return hmac.digest(self._index_key, f"{kind}:{value}".encode(), "sha256").hex()[:32]

    def refresh(self) -> None:
        """Read the keys again, now."""
        if self._source is not None:
            self._stamp = self._source.stamp()
            self._take(self._source.read().sealing)

    def _sealed(self, plain: bytes, context: str) -> bytes:
        newest, ciphers = self._newest, self._ciphers
        nonce = os.urandom(NONCE_BYTES)
        body = ciphers[newest].encrypt(nonce, plain, context.encode())
        return b"%c%b%b%b" % (len(newest), newest, nonce, body)

    def _take(self, sealing_keys: Mapping[str, bytes]) -> None:
        ciphers = {name.encode(): AESGCM(key) for name, key in sealing_keys.items()}
        # Another thread may seal between the two lines: the newest of before is still among the ciphers then.
        self._ciphers = {**getattr(self, "_ciphers", {}), **ciphers}
        self._newest = list(ciphers)[-1]
        self._ciphers = ciphers

    def _look(self) -> None:
        """Follow the source when its stamp has changed; a source without one is read when it is asked for a key."""
        if self._source is None or monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = monotonic()
        stamp = self._source.stamp()
        if stamp is None or stamp == self._stamp:
            return
        try:
            self.refresh()
        except Unavailable:  # what we hold still seals and opens, and the next look tries again
            self._stamp = None

    def _ask(self) -> None:
        """Read the keys for one that is not known; bytes that somebody made up do not make us ask all the time."""
        if self._source is None or monotonic() - self._asked_at < ASK_SECONDS:
            return
        try:
            self.refresh()
        except Unavailable:
            return
        finally:
            self._asked_at = monotonic()


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
