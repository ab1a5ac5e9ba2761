"""Files by hash: one table and one folder for proofs, evidence, documents and scans.

A file is typed by its content, never by its name, limited in size, sealed at
rest and stored once however often it is handed in. The row is written in the
transaction that needs it; the bytes are on disk before that, so a crash leaves
at worst an unreferenced file and never a row without one.
"""

import fcntl
import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import filetype
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from casework import archives, clock
from casework.db import Code, db, insert_new, new_ref
from casework.errors import N_, FileRefused
from casework.sealing import SealBroken, ring

OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ALLOWED = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png", "zip": "application/zip", **OFFICE}
ALIKE = {"jpeg": "jpg"}
ARCHIVES = {"zip", *OFFICE}
LONGEST_NAME = 255
LAST, TAIL = {"pdf": b"%%EOF", "png": b"IEND"}, 2048  # a JPEG may carry a camera's own trailer of any length
ACTIVE_PDF = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile")


_DELETE = "files_to_delete"
_AT_ONCE = 1000


class StoredFile(db.Model):
    """What is known of one stored content; the content lies sealed under its SHA-256."""

    __tablename__ = "files"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    sha256: Mapped[Code] = mapped_column(unique=True)
    size: Mapped[int]
    media_type: Mapped[str]
    stored_at: Mapped[datetime] = mapped_column(default=clock.now)
    erased_at: Mapped[datetime | None]  # the content went when its time had come; the hash stays where it is named


@dataclass(frozen=True)
class Typed:
    """What a careful look at a file found: its kind by content, and what a person should know."""

    extension: str
    media_type: str
    warnings: tuple[str, ...] = ()


def file_name(told: str) -> str:
    """Return the name of a file as it may be kept and shown: no folder, nothing that breaks or turns a line."""
    last = told.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()).strip()[-LONGEST_NAME:] or "file"


def examine(content: bytes, *, name: str, limit: int) -> Typed:
    """Type a file by its content, or refuse it with a sentence that names the file and what to do."""
    shown = {"name": name}
    if not content:
        raise FileRefused(N_("文件“%(name)s”是空的，没有保存。请重新导出后上传。"), code="file_empty", params=shown)
    if len(content) > limit:
        raise FileRefused(
            N_("文件“%(name)s”超过 %(limit)d MB，没有保存。请压缩或拆分后上传。"),
            code="file_too_large",
            params=shown | {"limit": limit // (1024 * 1024)},
        )
    guessed = filetype.guess(content)
    if guessed is None or guessed.extension not in ALLOWED:
        raise FileRefused(
            N_("文件“%(name)s”的内容不是 PDF、图片、Word 或 Excel，没有保存。请上传原件的扫描件或照片。"),
            code="file_type",
            params=shown,
        )
    extension = guessed.extension
    if extension in LAST and LAST[extension] not in content[-TAIL:]:
        raise FileRefused(
            N_("文件“%(name)s”不完整（%(kind)s 被截断），没有保存。请重新扫描或导出后上传。"),
            code="file_corrupt",
            params=shown | {"kind": extension.upper()},
        )
    if extension in ARCHIVES and (unsafe := archives.fault_of(content, office=extension in OFFICE)):
        raise FileRefused(unsafe, code="archive_unsafe", params=shown)
    warnings = []
    named = Path(name).suffix.lower().lstrip(".")
    if ALIKE.get(named, named) != extension:
        warnings.append(N_("扩展名与内容不符，已按内容识别。"))
    if extension == "pdf" and any(mark in content for mark in ACTIVE_PDF):
        warnings.append(N_("PDF 含有脚本或嵌入文件，请勿在本机直接打开。"))
    return Typed(extension, ALLOWED[extension], tuple(warnings))


def keep(content: bytes, *, media_type: str, folder: Path) -> StoredFile:
    """Store content once under its hash, sealed, and return its row (an existing one for known content)."""
    sha256 = hashlib.sha256(content).hexdigest()
    known = db.session.scalars(select(StoredFile).filter_by(sha256=sha256)).one_or_none()
    path = _path(folder, sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, ring().seal(content, sha256))
    if known:
        known.erased_at = None  # the same content was handed in once more
        return known
    # Two who hand in the same file at once share one row.
    insert_new(StoredFile, keys=("sha256",), sha256=sha256, size=len(content), media_type=media_type)
    return db.session.scalars(select(StoredFile).filter_by(sha256=sha256)).one()


def read(file: StoredFile, *, folder: Path) -> bytes:
    """Return the content of a stored file."""
    return ring().unseal(_path(folder, file.sha256).read_bytes(), file.sha256)


def present(file: StoredFile, *, folder: Path) -> bool:
    """Say whether the content of a stored file is on disk."""
    return _path(folder, file.sha256).is_file()


def broken(file: StoredFile, *, folder: Path) -> str:
    """Return what is wrong with a stored file, as a sentence about %(sha256)s and %(matters)s, or nothing."""
    if file.erased_at is not None:
        return ""
    try:
        content = read(file, folder=folder)
    except FileNotFoundError:
        return N_("文件 %(sha256)s 不在存储中（涉及：%(matters)s），请从备份恢复。")
    except SealBroken:
        return N_("文件 %(sha256)s 打不开，可能被改动或截断（涉及：%(matters)s），请从备份恢复。")
    if hashlib.sha256(content).hexdigest() != file.sha256:
        return N_("文件 %(sha256)s 的内容与登记的哈希不符（涉及：%(matters)s），请从备份恢复。")
    return ""


def stored_files(hashes: Collection[str]) -> list[StoredFile]:
    """Return the rows of these contents, a thousand asked for at a time."""
    wanted = sorted(hashes)
    found: list[StoredFile] = []
    for begin in range(0, len(wanted), _AT_ONCE):
        some = wanted[begin : begin + _AT_ONCE]
        found += db.session.scalars(select(StoredFile).where(StoredFile.sha256.in_(some))).all()
    return found


def erase_later(file: StoredFile, *, folder: Path, at: datetime) -> None:
    """Let the content of a file go with the present unit of work; its row says since when."""
    file.erased_at = at
    delete_later(_path(folder, file.sha256))


def delete_later(*paths: Path) -> None:
    """Let files go once the present unit of work is committed; they stay when it fails."""
    db.session.info.setdefault(_DELETE, []).extend(paths)


def to_delete() -> list[Path]:
    """Hand over (once) the files that this unit of work no longer needs."""
    return db.session.info.pop(_DELETE, [])


def remove(path: Path) -> None:
    """Delete a file that is not needed any more; whoever is sealing it anew does not bring it back."""
    if path.parent.is_dir():
        with _alone(path.parent):
            path.unlink(missing_ok=True)


def sealed_paths(folder: Path) -> list[Path]:
    """Return every sealed file of a folder and its subfolders, in order; what is still being written is none."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and "." not in path.name)


def key_of(path: Path) -> str:
    """Return the name of the key that a file is sealed with; nothing when it is gone or empty."""
    try:
        with path.open("rb") as handle:
            length = handle.read(1)
            return handle.read(length[0]).decode(errors="replace") if length else ""
    except FileNotFoundError:
        return ""


def reseal(path: Path, context: str) -> bool:
    """Seal a file anew with the newest key; False when it was already, or is gone. Raises `SealBroken`."""
    with _alone(path.parent):
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            return False
        fresh = ring().reseal(sealed, context)
        if fresh is sealed:
            return False
        _write(path, fresh)
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let nobody else remove or replace files of a folder meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(path: Path, sealed: bytes) -> None:
    """Put bytes on disk as a whole, or not at all."""
    partial = path.with_suffix(f".{os.getpid()}.{new_ref()}")
    with partial.open("xb") as handle:
        handle.write(sealed)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)


def _path(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256
