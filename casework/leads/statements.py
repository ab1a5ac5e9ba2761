"""What we hand to whoever reported: signed words that their report reached us, which tell nobody what it says.

The statement names the keyed hash of the receipt, the moment and the place in the
journal whose entry holds the same hash; Ed25519 (RFC 8032) signs its canonical
JSON (RFC 8785). `content` is a keyed hash of the report under the receipt code:
only whoever has both can show that this and nothing else was reported. The key
comes from the installation's own secret by HKDF (RFC 5869), so there is nothing
more to keep or to lose.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from casework.db import db
from casework.journal import JournalEntry
from casework.leads.receipts import normal
from casework.people.models import Organisation

KIND = "casework-report-statement-1"
_PURPOSE = b"casework statements of receipt"


@dataclass(frozen=True)
class Position:
    """Where a report stands in the journal: whose chain, which link, and the hash of that link."""

    organisation: str
    chain: str
    seq: int
    hash: str


def signing_key(secret: bytes) -> Ed25519PrivateKey:
    """Return the key with which this installation signs."""
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret)
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key(secret: bytes) -> dict[str, str]:
    """Return the public half, as it is published: raw in base64, and as PEM for common tools."""
    public = signing_key(secret).public_key()
    return {
        "algorithm": "Ed25519",
        "key_id": key_id(public),
        "public_key": _text(_raw(public)),
        "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    }


def key_id(public: Ed25519PublicKey) -> str:
    """Return the first 16 digits of the SHA-256 of the raw key."""
    return hashlib.sha256(_raw(public)).hexdigest()[:16]


def state(*, receipt_hash: str, received_at: str, content: str, position: Position, secret: bytes) -> dict[str, Any]:
    """Return the signed statement; the same report always gives the same one."""
    key = signing_key(secret)
    said: dict[str, Any] = {
        "kind": KIND,
        "receipt": receipt_hash,
        "received_at": received_at,
        "content": content,
        "journal": {
            "organisation": position.organisation,
            "chain": position.chain,
            "seq": position.seq,
            "hash": position.hash,
        },
        "key_id": key_id(key.public_key()),
    }
    return said | {"signature": _text(key.sign(rfc8785.dumps(said)))}


def is_genuine(statement: Mapping[str, Any], public: Ed25519PublicKey) -> bool:
    """Say whether this key has signed exactly these words."""
    said = {name: value for name, value in statement.items() if name != "signature"}
    try:
        signature = base64.b64decode(str(statement.get("signature", "")), validate=True)
        public.verify(signature, rfc8785.dumps(said))
    except (InvalidSignature, ValueError, rfc8785.CanonicalizationError):
        return False
    return statement.get("kind") == KIND


def is_in_journal(statement: Mapping[str, Any]) -> bool:
    """Say whether the journal holds the link that a genuine statement names, and there the hashes that it names."""
    position = Position(**statement["journal"])
    found = db.session.scalars(
        select(JournalEntry)
        .join(Organisation, Organisation.id == JournalEntry.organisation_id)
        .where(Organisation.code == position.organisation, JournalEntry.chain == position.chain)
        .where(JournalEntry.seq == position.seq, JournalEntry.hash == position.hash)
    ).one_or_none()
    return found is not None and all(found.facts.get(name) == statement[name] for name in ("receipt", "content"))


def commitment(code: str, *, title: str, content: str, files: list[str]) -> str:
    """Return the keyed hash of a report under its receipt code; `files` are the SHA-256 of what came with it."""
    said = rfc8785.dumps({"title": title, "content": content, "files": sorted(files)})
    return hmac.digest(normal(code).encode(), said, "sha256").hex()


def _raw(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
