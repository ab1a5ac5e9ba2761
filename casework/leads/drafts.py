"""What lies in the public form before it is sent: found by the key that the visitor's browser holds, for a day.

The key is in a cookie that ends with the browser; the row holds its keyed hash
and sealed answers. Files that were handed in lie sealed in a folder of their own,
already cleaned, and belong to no lead yet.
"""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from casework import clock
from casework.config import Settings
from casework.db import db
from casework.leads.models import LeadDraft
from casework.sealing import ring

KEPT = timedelta(days=1)
CONTEXT = "lead.draft.file"


def hash_of(key: str) -> str:
    """Return the keyed hash under which a draft is found."""
    return ring().index("draft", key[:100])


def find_draft(key: str, *, lock: bool = False) -> LeadDraft | None:
    """Return the draft of this key, None when there is none, or none any more."""
    if not key:
        return None
    wanted = select(LeadDraft).filter_by(key_hash=hash_of(key)).where(LeadDraft.touched_at > clock.now() - KEPT)
    if lock:
        wanted = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(wanted).one_or_none()


def folder(settings: Settings) -> Path:
    """Return where files of drafts lie."""
    return settings.data_dir / "drafts"


def path_of(settings: Settings, ref: str) -> Path:
    """Return where one file of a draft lies."""
    return folder(settings) / ref


def write(settings: Settings, ref: str, content: bytes) -> None:
    """Put a file aside, sealed."""
    folder(settings).mkdir(mode=0o700, exist_ok=True)
    path_of(settings, ref).write_bytes(ring().seal(content, CONTEXT))


def read(settings: Settings, ref: str) -> bytes:
    """Return what was put aside."""
    return ring().unseal(path_of(settings, ref).read_bytes(), CONTEXT)
