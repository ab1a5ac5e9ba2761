"""How an entry is hashed and how a personal value is committed to: the two lines that every verifier repeats."""

import hashlib

import rfc8785
from sqlalchemy import Row

from casework.journal.tables import JournalEntry


def link_digest(entry: JournalEntry | Row) -> str:
    """Return the SHA-256 (hex) of an entry's canonical JSON, the hash of the entry before it included."""
    content = {
        "organisation": entry.organisation_id,
        "chain": entry.chain,
        "seq": entry.seq,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "facts": entry.facts,
        "commitments": entry.commitments,
        "previous": entry.previous,
    }
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def commitment(salt: str, value: str) -> str:
    """Return the hash by which an entry holds a personal value: salted, so that nobody can guess it."""
    return hashlib.sha256(bytes.fromhex(salt) + value.encode()).hexdigest()


def leaf_of(link: str) -> bytes:
    """Return a link's hash as a leaf of the tree; what is no hash any more still takes its place, and fits no root."""
    try:
        return bytes.fromhex(link)
    except ValueError:
        return link.encode()
