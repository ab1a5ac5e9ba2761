"""Evidence that is no longer on disk, or no longer what it was, is named before a report is frozen or signed.

A manifest that binds what nobody can show proves nothing, and years later it is
too late to look for the backup. A freeze reads every file; a signature, which
must not keep a leader waiting, asks only whether each is there.
"""

from collections.abc import Iterable
from pathlib import Path

from casework import storage
from casework.cases.models import Case
from casework.errors import Conflict
from casework.storage import StoredFile
from workflows.engine import Words


class EvidenceLost(Conflict):
    """A file of evidence is gone or damaged; nothing was frozen and nothing signed."""

    code = "evidence_lost"


def refuse_lost_evidence(cases: Iterable[Case], *, folder: Path, opened: bool = False) -> None:
    """Raise `EvidenceLost` with the hash of the first file that is gone and its cases; `opened`: or is damaged."""
    for file, numbers in _matters_of(cases).items():
        if not opened and storage.present(file, folder=folder):
            continue
        fault = storage.broken(file, folder=folder)
        if fault:
            raise EvidenceLost(fault, params={"sha256": file.sha256, "matters": Words(numbers)})


def _matters_of(cases: Iterable[Case]) -> dict[StoredFile, list[str]]:
    found: dict[StoredFile, list[str]] = {}
    for case in cases:
        for row in case.evidence:
            if row.withdrawn_at is None:
                found.setdefault(row.file, []).append(case.number)
    return found
