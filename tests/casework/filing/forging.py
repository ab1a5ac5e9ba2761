"""A small package in memory, and the forger's tools: files exchanged, sums written anew, the ZIP spelt correctly."""

import hashlib
import io
import zipfile
import zlib
from functools import partial

from casework.cases.canonical import canonical_bytes
from casework.filing import verify
from casework.filing.package import EvidenceFile, build_package
from casework.reports.snapshot import document_contents
from tests.casework.reports.sample import (
    CONTRACT,
    CONTRACT_HASH,
    SCAN,
    make_dossiers,
    make_journal_json,
    make_manifest,
    make_signatures,
    make_signing,
    make_snapshot,
)

EVIDENCE = f"evidence/{CONTRACT_HASH}.pdf"


def make_package(folder, *, name="package.zip", **changes):
    parts = {
        "manifest": make_manifest(),
        "contents": document_contents(make_snapshot()),
        "dossiers": make_dossiers(),
        "documents": {"自查报告.docx": b"a document"},
        "evidence": [EvidenceFile(CONTRACT_HASH, partial(io.BytesIO, CONTRACT), ".pdf")],
        "journal": make_journal_json(),
    }
    build_package(folder / name, **(parts | changes))
    return folder / name


def make_signed_package(folder, *, signatures=None, signing=None, **changes):
    documents = {"自查报告.docx": b"a document", "签字件.pdf": SCAN}
    documents["signatures.json"] = canonical_bytes(signatures or make_signatures())
    return make_package(folder, documents=documents, signing=signing or make_signing(), **changes)


def files_in(package):
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sums_of(files, algorithm="sha256"):
    listed = sorted(name for name in files if name not in ("SHA256SUMS", "SM3SUMS"))
    return "".join(f"{hashlib.new(algorithm, files[name]).hexdigest()}  {name}\n" for name in listed).encode()


def packed(files):
    """Return the bytes of a ZIP spelt as the service spells it."""
    body, lines = b"", b""
    for name, content in files.items():
        crc, raw = zlib.crc32(content), name.encode()
        lines += verify.directory_entry(raw, crc=crc, size=len(content), offset=len(body))
        body += verify.local_header(raw, crc=crc, size=len(content)) + content
    return body + lines + verify.end_of_archive(count=len(files), size=len(lines), offset=len(body))


def forged(package, changes, *, new_sums=True):
    """Write the package anew as a forger would: files exchanged (None: left out), the sums made to fit."""
    files = {name: content for name, content in (files_in(package) | changes).items() if content is not None}
    if new_sums and "SHA256SUMS" in files:
        files["SHA256SUMS"] = sums_of(files)
    target = package.with_name("forged.zip")
    target.write_bytes(packed(dict(sorted(files.items()))))
    return target


def naive(package):
    """Check like somebody who believes SHA256SUMS."""
    files = files_in(package)
    return files["SHA256SUMS"] == sums_of(files)


def found(path, **held):
    """Return what the verifier finds, as codes and subjects; every finding must have its sentences."""
    try:
        findings = verify.check_package(path, **held).findings
    except verify.Unreadable as error:
        findings = [error.finding]
    assert all(each.words(language) for each in findings for language in verify.LANGUAGES)
    return {(each.code, each.subject) for each in findings}
