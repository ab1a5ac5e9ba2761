"""SM3 beside SHA-256, where a round asks for it: what the manifest then holds of contents and evidence.

SHA-256 stays what signatures cover and files are named by; SM3 (GB/T 32905)
stands beside it for bodies that must check by the national algorithm.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from casework.cases.canonical import canonical_bytes, sm3_hasher
from casework.reports.manifest import Second
from casework.reports.snapshot import Snapshot, document_contents
from casework.rounds import settings as rounds
from casework.rounds.models import Round
from casework.storage import read, stored_files


def second_of(
    round_: Round, snapshot: Snapshot, dossiers: Sequence[Mapping[str, Any]], *, folder: Path
) -> Second | None:
    """Return the SM3 of contents and evidence, or None where the round asks for SHA-256 alone.

    Each file of evidence is read once, one after the other.
    """
    if rounds.SM3 not in rounds.digests(round_):
        return None
    wanted = {item["sha256"] for dossier in dossiers for item in dossier["evidence"]}
    contents = document_contents(snapshot)
    return Second(
        contents={name: sm3_hasher(canonical_bytes(content)).hexdigest() for name, content in contents.items()},
        evidence={row.sha256: sm3_hasher(read(row, folder=folder)).hexdigest() for row in stored_files(wanted)},
    )
