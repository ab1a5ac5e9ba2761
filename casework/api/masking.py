"""Persons in answers: masked, everywhere, also where people have written a name or a number into a sentence.

The full identity is one operation of its own (`unmask`), with a reason and a
trace. What programs list and store is masked.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from casework.cases.models import Case
from casework.intake import normal
from casework.intake.fields import RECORD_FIELDS
from casework.intake.models import Record

PHONES = frozenset({"phone", "family_phone", "employer_phone", "employer_mobile"})
NAMES = frozenset({"name", "employer_contact", "counsellor"})
PERSONAL = frozenset(field.name for field in RECORD_FIELDS if field.sealed) | PHONES | NAMES | {"student_no"}


@dataclass(frozen=True)
class Mask:
    """The graduates of one case, to be hidden wherever they are named."""

    replaced: tuple[tuple[str, str], ...]

    def text(self, words: str | None) -> str | None:
        """Return a sentence in which these graduates' names and student numbers are masked."""
        if not words:
            return words
        for clear, masked in self.replaced:
            words = words.replace(clear, masked)
        return words


def mask_of(records: Iterable[Record]) -> Mask:
    """Return the mask of some graduates; longer words are replaced first."""
    found = {record.student_no: normal.masked_student_no(record.student_no) for record in records}
    found |= {record.name: normal.masked_name(record.name) for record in records}
    return Mask(tuple(sorted(((clear, masked) for clear, masked in found.items() if clear), key=_longest_first)))


def mask_of_case(case: Case) -> Mask:
    """Return the mask of the graduates of a case."""
    return mask_of([row.record for row in case.records])


def field_value(field: str, value: str) -> str:
    """Return a registered value as it may be listed."""
    if field in PHONES:
        return normal.masked_phone(value)
    if field in NAMES:
        return normal.masked_name(value)
    if field == "student_no":
        return normal.masked_student_no(value)
    return "******" if field in PERSONAL and value else value


def _longest_first(pair: tuple[str, str]) -> tuple[int, str]:
    return -len(pair[0]), pair[0]
