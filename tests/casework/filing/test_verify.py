"""The verifier against forgers: what it finds, where it says it is, and that a naive check sees nothing."""

import io
import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.cases.canonical import canonical_bytes
from casework.filing import verify
from casework.reports.manifest import manifest_hash
from tests.adversary.sampling import sampled
from tests.casework.filing.forging import files_in, forged, found, make_package, naive, packed
from tests.casework.reports.sample import (
    make_head,
    make_journal,
    make_manifest,
)

PRINTED = manifest_hash(make_manifest())
DOSSIER = "dossiers/LC24-0002.json"


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return make_package(tmp_path_factory.mktemp("package"))


def test_an_untouched_package_holds(package):
    held = [verify.Held("hash", 5, make_head()["hash"]), verify.Held("root", 2, make_head(make_journal()[:2])["root"])]
    assert found(package, printed=PRINTED, held=held) == set()


def test_two_names_that_one_computer_takes_for_one_are_named(package):
    files = {"documents/A.txt": b"1", "documents/a.txt": b"2"}
    assert ("name_twice", "documents/A.txt") in found(forged(package, files))


def begins(raw):
    """Return, for every byte of a package, the file that it belongs to; nothing for headers and directory."""
    owner = [None] * len(raw)
    archive = zipfile.ZipFile(io.BytesIO(raw))
    for entry in archive.infolist():
        start = entry.header_offset + 30 + len(entry.filename.encode())
        owner[start : start + entry.file_size] = [entry.filename] * entry.file_size
    return owner


def judged(raw):
    """Return what the verifier finds in these bytes."""
    try:
        archive = verify.Archive(io.BytesIO(raw), "p.zip")
        return verify._checked(archive, printed="", printed_sm3="", held=(), package="").findings
    except verify.Unreadable as error:
        return [error.finding]


def test_every_flipped_byte_is_found_and_its_file_named(package):
    raw = package.read_bytes()
    owner, unseen, unnamed = begins(raw), [], []
    for at in sampled(range(len(raw)), 41):
        if owner[at] == "verify.py" and at % 10:
            continue
        findings = judged(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        if not findings:
            unseen.append(at)
        elif owner[at] not in (None, "SHA256SUMS") and owner[at] not in {each.subject for each in findings}:
            unnamed.append((at, owner[at], findings))
    assert (unseen, unnamed) == ([], [])


def test_headers_and_directory_have_no_byte_without_meaning(package):
    small = {name: text for name, text in files_in(package).items() if name.startswith(("dossiers/", "SHA", "journal"))}
    raw = packed(small)
    owner = begins(raw)
    before = judged(raw)
    silent = [
        at
        for at in range(len(raw))
        if owner[at] is None and judged(raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :]) == before
    ]
    assert silent == []


@pytest.mark.parametrize("cut", [0, 1, 21, 22, 100, 4000, -1, -22, -30, -500])
def test_a_truncated_package_is_said_to_be_one(package, cut):
    raw = package.read_bytes()
    assert [each.code for each in judged(raw[:cut])] == ["not_a_package"]
    assert [each.code for each in judged(raw[:50] + raw[51:])] == ["not_a_package"]
    assert [each.code for each in judged(raw[:50] + b"x" + raw[50:])] == ["not_a_package"]
    assert [each.code for each in judged(b"#!/bin/sh\n" + raw)] == ["not_a_package"]
    assert [each.code for each in judged(raw + b"x")] == ["not_a_package"]


def test_files_in_another_order_or_twice_are_named(package):
    files = files_in(package)
    backwards = judged(packed(dict(reversed(files.items()))))
    assert {each.code for each in backwards} == {"out_of_order"}
    raw = packed(files | {"manifest.jsoo": files["manifest.json"]}).replace(b"manifest.jsoo", b"manifest.json")
    assert ("name_twice", "manifest.json") in {(each.code, each.subject) for each in judged(raw)}


def test_a_compressed_package_is_not_the_one_that_was_written_and_no_bomb_is_opened(package, tmp_path):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files_in(package).items():
            archive.writestr(name, content)
        archive.writestr("documents/zeros", b"\0" * 10_000_000)
    assert found(bomb) == {("not_a_package", "bomb.zip")}


def test_a_file_of_json_too_large_to_be_ours_is_not_read(package, monkeypatch):
    monkeypatch.setattr(verify, "LARGEST_TEXT", 900)
    assert ("unreadable", "journal.json") in found(package)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False).filter(
        lambda x: not x.is_integer() or not 2**53 <= abs(x) < 1e21
    )
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


@given(values)
def test_json_is_spelt_as_the_house_spells_it(value):
    assert verify.canonical(value) == canonical_bytes(value)
    assert verify.read_json(canonical_bytes(value)) == json.loads(canonical_bytes(value))


@given(values, values)
def test_the_place_of_a_change_is_found_exactly_where_there_is_one(one, other):
    one, other = json.loads(canonical_bytes({"x": one})), json.loads(canonical_bytes({"x": other}))
    said = verify.first_change(other, verify.places_of(one))
    if canonical_bytes(one) == canonical_bytes(other):
        assert said == ""
    else:
        assert said.startswith("x")


BY_SUMS_ONLY = ("verify.py", "README.txt", "README.en.txt", "places.json", "documents/自查报告.docx")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_verifier_agrees_with_the_truth_over_random_packages(tmp_path, package, data):
    files = files_in(package)
    name = data.draw(st.sampled_from(sorted(set(files) - {"SHA256SUMS", *BY_SUMS_ONLY})))
    at = data.draw(st.integers(0, len(files[name]) - 1))
    byte = data.draw(st.integers(0, 255))
    changed = files[name][:at] + bytes([byte]) + files[name][at + 1 :]
    forgery = forged(package, {name: changed})
    assert naive(forgery)
    assert bool(found(forgery, printed=PRINTED)) == (changed != files[name])
