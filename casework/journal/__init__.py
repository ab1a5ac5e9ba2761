"""What happened, chained: each entry carries the hash of the one before it.

One chain per organisation and purpose (`main`, and `looks` for unmasking,
opening sealed values and exporting). Entries are collected while an operation
runs and written last, just before the commit, so that the head of a chain is
locked for as short a time as possible and always after every other row.

Personal data never stands in an entry: the entry holds SHA-256 over a random
salt and the value, the value itself lies sealed beside it. Erasing a person
deletes the side row, leaves the chain verifiable and says so in it: a value that
is gone without such an entry is found.

Checkpoints hold the Merkle root over a chain as it was; with them one entry is
proved without the others. A chain in one's own database proves little by
itself: its head is printed on every filed report and told in every digest, so
the recipients hold heads that cannot be rewritten here.

    tables       what lies in the database        writing      record, seal, head
    links        how an entry is hashed           checkpoints  roots and proofs
    walk         does it all hold                 walls        may this account rewrite it
    whence       by which door somebody came
"""

from casework.journal.links import link_digest
from casework.journal.tables import (
    ERASE,
    GENESIS,
    LOOKS,
    MAIN,
    JournalCheckpoint,
    JournalEntry,
    JournalHead,
    JournalSecret,
    LegalHold,
)
from casework.journal.walk import Break, chains, verify
from casework.journal.whence import Door, Whence, come_from, read_whence
from casework.journal.writing import NOBODY, Note, discard, head, mark, record, seal

__all__ = [
    "ERASE",
    "GENESIS",
    "LOOKS",
    "MAIN",
    "NOBODY",
    "Break",
    "Door",
    "JournalCheckpoint",
    "JournalEntry",
    "JournalHead",
    "JournalSecret",
    "LegalHold",
    "Note",
    "Whence",
    "chains",
    "come_from",
    "discard",
    "head",
    "link_digest",
    "mark",
    "read_whence",
    "record",
    "seal",
    "verify",
]
