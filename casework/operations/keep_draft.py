"""Keep what somebody writes into the public form until it is sent, and forget it when it is not."""

import hashlib
import secrets
import time
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from casework import clock, storage
from casework.config import Settings
from casework.db import db, new_ref
from casework.leads import drafts
from casework.leads.models import LeadDraft
from casework.operations.add_lead_file import Cleaned, refuse_too_many

MOST_FILES = 5
LARGEST_TOGETHER = 30 * 1024 * 1024


def keep_draft(draft: LeadDraft | None, answers: Mapping[str, Any]) -> str:
    """Add answers to a draft, or begin one: the key of a new draft, nothing for a known one."""
    if draft is not None:
        draft.answers, draft.touched_at = {**draft.answers, **answers}, clock.now()
        return ""
    key = secrets.token_urlsafe(24)
    db.session.add(LeadDraft(key_hash=drafts.hash_of(key), answers=dict(answers)))
    return key


def add_draft_file(draft: LeadDraft, cleaned: Cleaned, *, settings: Settings) -> bool:
    """Put a cleaned file aside for a report; False when the same one is there already, and is kept once.

    Raises `Invalid` for too many or too much.
    """
    files, sha256 = list(draft.answers.get("files", [])), hashlib.sha256(cleaned.content).hexdigest()
    if any(row.get("sha256") == sha256 for row in files):
        return False
    refuse_too_many(sizes_of(draft), len(cleaned.content), most=MOST_FILES, largest=LARGEST_TOGETHER)
    ref = new_ref()
    drafts.write(settings, ref, cleaned.content)
    row = {
        "ref": ref,
        "name": cleaned.name,
        "sha256": sha256,
        "size": len(cleaned.content),
        "media_type": cleaned.media_type,
        "stripped": cleaned.stripped,
        "scan": cleaned.scan,
        "warnings": list(cleaned.warnings),
    }
    keep_draft(draft, {"files": [*files, row]})
    return True


def sizes_of(draft: LeadDraft, *, without: Collection[str] = ()) -> list[int]:
    """Return how large the files are that were put aside, but for some that are going to be taken out."""
    return [row["size"] for row in draft.answers.get("files", []) if row["ref"] not in without]


def drop_draft_file(draft: LeadDraft, ref: str, *, settings: Settings) -> None:
    """Take a file out of a report that was not sent; one that is not there is no fault."""
    files = draft.answers.get("files", [])
    for row in files:
        if row["ref"] == ref:
            storage.delete_later(drafts.path_of(settings, ref))
    keep_draft(draft, {"files": [row for row in files if row["ref"] != ref]})


def files_of(draft: LeadDraft, *, settings: Settings) -> list[Cleaned]:
    """Return the files that were put aside, as a report takes them."""
    return [
        Cleaned(
            name=row["name"],
            content=drafts.read(settings, row["ref"]),
            media_type=row["media_type"],
            stripped=row["stripped"],
            scan=row["scan"],
            warnings=tuple(row["warnings"]),
        )
        for row in draft.answers.get("files", [])
    ]


def drop_draft(draft: LeadDraft, *, settings: Settings) -> None:
    """Forget a draft and its files: it was sent, or whoever wrote it wants so."""
    for row in draft.answers.get("files", []):
        storage.delete_later(drafts.path_of(settings, row["ref"]))
    db.session.delete(draft)


def forget_drafts(*, settings: Settings) -> int:
    """Forget every draft that nobody touched for a day, and files that no draft knows; return how many drafts."""
    stale = db.session.scalars(select(LeadDraft).where(LeadDraft.touched_at <= clock.now() - drafts.KEPT)).all()
    for draft in stale:
        drop_draft(draft, settings=settings)
    folder = drafts.folder(settings)
    if folder.exists():
        oldest = time.time() - 2 * drafts.KEPT.total_seconds()  # files bear the machine's time, not the service's
        storage.delete_later(*(path for path in folder.iterdir() if path.stat().st_mtime < oldest))
    return len(stale)
