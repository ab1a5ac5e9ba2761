import hashlib
import subprocess
import zipfile

import pytest

from casework.cases.canonical import canonical_bytes
from casework.cases.dossier import dossier_hash
from casework.filing.package import EvidenceFile, PackageRefused, build_package, file_hash
from casework.filing.verification import verify_package
from casework.reports.manifest import manifest_hash
from casework.reports.render.records import records_xlsx
from casework.reports.render.report import report_docx
from casework.reports.snapshot import document_contents
from tests.casework.reports.sample import (
    CONTRACT,
    CONTRACT_HASH,
    make_dossier,
    make_dossiers,
    make_journal,
    make_manifest,
    make_seal,
    make_snapshot,
)

PRINTED = manifest_hash(make_manifest())


def make_package(folder, *, name="package.zip", **changes):
    scan = folder / "stored"
    scan.write_bytes(CONTRACT)
    snapshot = make_snapshot()
    parts = {
        "manifest": make_manifest(),
        "contents": document_contents(snapshot),
        "dossiers": make_dossiers(),
        "documents": {
            "自查报告.docx": report_docx(snapshot, seal=make_seal()),
            "自查记录.xlsx": records_xlsx(snapshot, masked=False),
        },
        "evidence": [EvidenceFile(CONTRACT_HASH, scan, ".pdf")],
        "journal": make_journal(),
    }
    build_package(folder / name, **(parts | changes))
    return folder / name


def forged(package, changes, *, new_sums=True):
    """Write the package anew as a forger would: files exchanged (None: left out), SHA256SUMS made to fit."""
    with zipfile.ZipFile(package) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files = {name: content for name, content in (files | changes).items() if content is not None}
    if new_sums:
        sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "SHA256SUMS"}
        files["SHA256SUMS"] = "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()
    target = package.with_name("forged.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def read(package, name):
    with zipfile.ZipFile(package) as archive:
        return archive.read(name)


def naive(package, original):
    """Check like somebody who counts the files and believes SHA256SUMS."""
    with zipfile.ZipFile(package) as archive, zipfile.ZipFile(original) as first:
        sums = dict(reversed(line.split("  ", 1)) for line in archive.read("SHA256SUMS").decode().splitlines())
        fits = all(
            hashlib.sha256(archive.read(name)).hexdigest() == sums[name]
            for name in archive.namelist()
            if name != "SHA256SUMS"
        )
        return fits and len(archive.namelist()) == len(first.namelist())


def found(problems):
    return {(problem.code, problem.subject) for problem in problems}


def test_an_untouched_package_holds(tmp_path):
    assert verify_package(make_package(tmp_path), printed_hash=PRINTED) == []


def test_the_same_parts_give_the_same_bytes(tmp_path):
    one = make_package(tmp_path)
    other = make_package(tmp_path, name="other.zip", dossiers=make_dossiers()[::-1])
    assert one.read_bytes() == other.read_bytes()


def test_the_package_can_be_checked_by_hand_as_its_readme_says(tmp_path):
    with zipfile.ZipFile(make_package(tmp_path)) as archive:
        archive.extractall(tmp_path / "opened")
    opened = tmp_path / "opened"
    assert PRINTED in (opened / "README.txt").read_text()
    assert file_hash(opened / "manifest.json") == PRINTED
    assert file_hash(opened / "dossiers/LC24-0001.json") == dossier_hash(make_dossier())
    assert file_hash(opened / "contents/report.json") == make_manifest()["contents"]["report"]
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=opened, check=True, capture_output=True)  # noqa: S607


def flipped(content):
    return bytes([content[0] ^ 1]) + content[1:]


CHANGED_DOSSIER = "dossiers/LC24-0002.json"
EVIDENCE = f"evidence/{CONTRACT_HASH}.pdf"


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        (CHANGED_DOSSIER, lambda old: old.replace(b"denied", b"agreed"), ("dossier_differs", "LC24-0002")),
        (CHANGED_DOSSIER, flipped, ("unreadable", CHANGED_DOSSIER)),
        (CHANGED_DOSSIER, lambda old: old + b"\n", ("not_canonical", CHANGED_DOSSIER)),
        (CHANGED_DOSSIER, lambda _: b"[]", ("malformed", "manifest.json")),
        (EVIDENCE, flipped, ("evidence_differs", CONTRACT_HASH)),
        (EVIDENCE, lambda _: b"", ("evidence_differs", CONTRACT_HASH)),
        ("manifest.json", lambda old: old.replace(b"corrected", b"unfounded"), ("manifest_differs", "manifest.json")),
        ("contents/report.json", lambda old: old.replace(b"LC24-0009", b"LC24-0008"), ("content_differs", "report")),
        ("journal.json", lambda old: old.replace(b"case:open", b"case:shut"), ("journal_broken", "7/main/1")),
    ],
)
def test_a_forged_byte_is_found_and_named_though_all_sums_were_written_anew(tmp_path, name, change, expected):
    package = make_package(tmp_path)
    forgery = forged(package, {name: change(read(package, name))})
    assert naive(forgery, package), "whoever counts files and believes SHA256SUMS sees nothing"
    problems = verify_package(forgery, printed_hash=PRINTED)
    assert expected in found(problems)
    assert all(problem.subject in str(problem) for problem in problems)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (EVIDENCE, ("evidence_missing", CONTRACT_HASH)),
        (CHANGED_DOSSIER, ("case_missing", "LC24-0002")),
        ("contents/plan.json", ("content_differs", "plan")),
        ("journal.json", ("no_journal", "journal.json")),
        ("manifest.json", ("no_manifest", "manifest.json")),
    ],
)
def test_a_missing_file_is_named(tmp_path, name, expected):
    forgery = forged(make_package(tmp_path), {name: None})
    assert expected in found(verify_package(forgery, printed_hash=PRINTED))


def test_added_files_are_named(tmp_path):
    stray = "ab" * 32
    added = canonical_bytes(make_dossier("LC24-0077"))
    forgery = forged(make_package(tmp_path), {f"evidence/{stray}.png": b"x", "dossiers/LC24-0077.json": added})
    assert {("evidence_unknown", stray), ("case_not_listed", "LC24-0077")} <= found(verify_package(forgery))


def test_a_true_file_beside_a_false_one_of_the_same_hash_name_hides_nothing(tmp_path):
    beside = {EVIDENCE: b"false", f"evidence/{CONTRACT_HASH}.zzz": CONTRACT}
    assert ("evidence_differs", CONTRACT_HASH) in found(verify_package(forged(make_package(tmp_path), beside)))
    second = {f"dossiers/a/{CHANGED_DOSSIER.removeprefix('dossiers/')}": canonical_bytes(make_dossier("LC24-0002"))}
    assert ("case_not_listed", "a/LC24-0002") in found(verify_package(forged(make_package(tmp_path), second)))


def test_a_file_that_belongs_to_no_package_is_named(tmp_path):
    assert found(verify_package(forged(make_package(tmp_path), {"run.exe": b"x"}))) == {("foreign", "run.exe")}


def test_damage_to_a_document_is_found_by_the_sums(tmp_path):
    package = make_package(tmp_path)
    name = "documents/自查报告.docx"
    damaged = forged(package, {name: flipped(read(package, name))}, new_sums=False)
    assert found(verify_package(damaged, printed_hash=PRINTED)) == {("file_differs", name)}


def test_damage_to_the_archive_itself_is_found(tmp_path):
    package = make_package(tmp_path)
    raw = package.read_bytes()
    package.write_bytes(raw.replace(CONTRACT, flipped(CONTRACT)))
    assert ("evidence_differs", CONTRACT_HASH) in found(verify_package(package))


def test_a_whole_package_forged_from_new_facts_agrees_with_itself_and_not_with_the_paper(tmp_path):
    dossiers = [make_dossier(findings=[])]
    package = make_package(tmp_path, manifest=make_manifest(dossiers=dossiers), dossiers=dossiers)
    assert verify_package(package) == []
    assert found(verify_package(package, printed_hash=PRINTED)) == {("manifest_differs", "manifest.json")}


def test_a_journal_that_does_not_reach_the_head_of_the_manifest_is_named(tmp_path):
    package = make_package(tmp_path, journal=make_journal()[:2])
    assert found(verify_package(package)) == {("journal_head_missing", "7/main/3")}


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/passwd", "a\\b"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, name):
    forgery = forged(make_package(tmp_path), {name: b"x"})
    assert ("unsafe_name", name) in found(verify_package(forgery))


def test_two_files_of_one_name_are_refused(tmp_path):
    package = make_package(tmp_path)
    with zipfile.ZipFile(package, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("manifest.json", b"{}")
    assert found(verify_package(package)) == {("name_twice", "manifest.json")}


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive"])
def test_what_is_no_archive_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert found(verify_package(path)) == {("not_a_package", "x.zip")}


def test_evidence_that_is_not_what_was_registered_is_refused_and_leaves_nothing(tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_bytes(b"other bytes")
    with pytest.raises(PackageRefused, match=CONTRACT_HASH):
        make_package(tmp_path, evidence=[EvidenceFile(CONTRACT_HASH, wrong)])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stored", "wrong"]


def test_an_earlier_package_survives_a_refused_one(tmp_path):
    before = make_package(tmp_path).read_bytes()
    with pytest.raises(PackageRefused):
        make_package(tmp_path, evidence=[EvidenceFile("00" * 32, tmp_path / "stored")])
    assert (tmp_path / "package.zip").read_bytes() == before
