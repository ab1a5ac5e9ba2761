"""Add a file to a lead: typed by its content, scanned where a scanner is, and cleaned of what it says of its maker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from casework import storage
from casework.config import Settings
from casework.errors import N_, Invalid
from casework.leads import clamd, pictures
from casework.leads.models import Lead, LeadFile
from casework.operations.lead_steps import note_step
from casework.operations.permit_lead import permit_lead
from workflows.access import SYSTEM, Actor

LARGEST = 10 * 1024 * 1024
LARGEST_OF_LEAD = 60 * 1024 * 1024
MOST = 20
"""Of one lead, additions included."""


@dataclass(frozen=True)
class Cleaned:
    """A file that may be kept; `stripped` says that place and device were taken out, `scan` who looked at it."""

    name: str
    content: bytes
    media_type: str
    stripped: bool
    scan: str
    warnings: tuple[str, ...] = ()


def add_lead_file(
    lead: Lead, cleaned: Cleaned, *, settings: Settings, actor: Actor = SYSTEM, from_reporter: bool = True
) -> LeadFile:
    """Return the file, told in the lead's story; SYSTEM acts for whoever holds the receipt.

    Raises `Invalid` for one file too many, or too much; nothing of it is kept then.
    """
    permit_lead(actor, "lead:intake", lead)
    refuse_too_many([row.size for row in lead.files], len(cleaned.content), most=MOST, largest=LARGEST_OF_LEAD)
    added = attach(lead, cleaned, settings=settings, from_reporter=from_reporter)
    note_step(lead, action="file", actor=actor, facts={"sha256": added.file.sha256, "scan": added.scan})
    return added


def clean_all(
    handed_in: Iterable[tuple[str, bytes]],
    *,
    settings: Settings,
    beside: Sequence[int] = (),
    most: int = MOST,
    largest: int = LARGEST_OF_LEAD,
) -> list[Cleaned]:
    """Return files, given as names and contents, as they may be kept; `beside` are the sizes of those kept before.

    To be called before the unit of work: scanning and painting take long, and nobody else should wait to write.
    Raises what `clean` raises, and `Invalid` for too many or too much, before the one too many is looked at.
    """
    cleaned: list[Cleaned] = []
    for name, content in handed_in:
        sizes = [*beside, *(len(each.content) for each in cleaned)]
        refuse_too_many(sizes, len(content), most=most, largest=largest)
        cleaned.append(clean(name=name, content=content, settings=settings))
    return cleaned


def clean(*, name: str, content: bytes, settings: Settings) -> Cleaned:
    """Return the file as it may be kept; nothing is stored.

    Raises `FileRefused` with a sentence for what is empty, cut off, too large, of no allowed kind, infected or
    cannot be cleaned, `Unavailable` while the scanner is away.
    """
    name = storage.file_name(name)
    typed = storage.examine(content, name=name, limit=min(LARGEST, settings.max_upload_bytes))
    scan = clamd.scan(content, name=name, address=settings.clamd)  # before anything here takes it apart
    stripped = typed.extension in pictures.PICTURES
    if stripped:
        content = pictures.strip(content, extension=typed.extension, name=name)
    return Cleaned(name, content, typed.media_type, stripped, scan, typed.warnings)


def attach(lead: Lead, cleaned: Cleaned, *, settings: Settings, from_reporter: bool = True) -> LeadFile:
    """Return the lead's own row of a cleaned file; the same content handed in twice is the first one's row."""
    file = storage.keep(cleaned.content, media_type=cleaned.media_type, folder=settings.files_dir)
    known = next((row for row in lead.files if row.file_id == file.id), None)
    if known is not None:
        return known
    added = LeadFile(
        file_id=file.id,
        file=file,
        name=cleaned.name,
        size=len(cleaned.content),
        from_reporter=from_reporter,
        stripped=cleaned.stripped,
        scan=cleaned.scan,
        warnings=list(cleaned.warnings),
    )
    lead.files.append(added)
    return added


def refuse_too_many(sizes: list[int], one_more: int, *, most: int, largest: int) -> None:
    """Raise `Invalid` when one more file would be too many, or too much."""
    if len(sizes) >= most:
        raise Invalid(
            N_("最多 %(most)d 个文件，这个文件没有保存。请删去一个，或把几张图片合并后再传。"),
            code="too_many_files",
            params={"most": most},
        )
    if sum(sizes) + one_more > largest:
        raise Invalid(
            N_("文件合计不能超过 %(limit)d MB，这个文件没有保存。请压缩后再传。"),
            code="files_too_large",
            params={"limit": largest // (1024 * 1024)},
        )
