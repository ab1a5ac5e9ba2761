"""What a package holds, that it is always the same, and that it can be checked by hand."""

import io
import subprocess
import zipfile
from functools import partial

import pytest

from casework.cases.dossier import dossier_hash
from casework.errors import Conflict
from casework.filing import verify
from casework.filing.package import VERIFIER, EvidenceFile, PackageRefused, file_hash
from casework.filing.proofs import JournalDiffers
from casework.merkle import Tree
from casework.reports.manifest import Second, manifest_hash, manifest_sm3
from tests.casework.filing.forging import files_in, forged, found, make_package, naive, sums_of
from tests.casework.reports.sample import (
    CONTRACT,
    CONTRACT_HASH,
    make_dossier,
    make_dossiers,
    make_head,
    make_journal,
    make_journal_json,
    make_manifest,
)

PRINTED = manifest_hash(make_manifest())


def test_the_same_parts_give_the_same_bytes(tmp_path):
    one = make_package(tmp_path)
    other = make_package(tmp_path, name="other.zip", dossiers=make_dossiers()[::-1])
    assert one.read_bytes() == other.read_bytes()


def test_any_zip_program_opens_it(tmp_path):
    with zipfile.ZipFile(make_package(tmp_path)) as archive:
        assert archive.testzip() is None
        assert {"README.txt", "README.en.txt", "verify.py", "places.json", "documents/自查报告.docx"} <= set(
            archive.namelist()
        )


def test_the_package_can_be_checked_by_hand_as_its_readme_says(tmp_path):
    with zipfile.ZipFile(make_package(tmp_path)) as archive:
        archive.extractall(tmp_path / "opened")
    opened = tmp_path / "opened"
    for name in ("README.txt", "README.en.txt"):
        assert [word for word in (PRINTED, file_hash(VERIFIER)) if word not in (opened / name).read_text()] == []
    assert file_hash(opened / "manifest.json") == PRINTED
    assert file_hash(opened / "dossiers/LC24-0001.json") == dossier_hash(make_dossier())
    assert file_hash(opened / "contents/report.json") == make_manifest()["contents"]["report"]
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=opened, check=True, capture_output=True)  # noqa: S607
    assert found(opened, printed=PRINTED) == set(), "unpacked it holds just as well"


def test_the_verifier_inside_is_the_one_in_the_house_byte_for_byte(tmp_path):
    assert files_in(make_package(tmp_path))["verify.py"] == VERIFIER.read_bytes()


def test_only_entries_about_the_report_leave_the_house_and_each_has_its_way_to_the_root():
    journal, tree = make_journal_json(), Tree(bytes.fromhex(entry["hash"]) for entry in make_journal())
    assert [entry["seq"] for entry in journal["entries"]] == [1, 2, 4, 5]
    given = {node for height in journal["proofs"]["7/main"]["nodes"].values() for node in height.values()}
    assert {node.hex() for seq in (1, 2, 4, 5) for node in tree.inclusion(seq - 1)} <= given


def test_a_journal_that_no_longer_yields_the_head_is_not_packed():
    with pytest.raises(JournalDiffers, match="7/main"):
        make_journal_json(heads=[make_head() | {"root": "00" * 32}])


@pytest.mark.parametrize("content", [b"other bytes", b""])
def test_evidence_that_is_not_what_was_registered_is_refused_and_leaves_nothing(tmp_path, content):
    before = make_package(tmp_path).read_bytes()
    wrong = EvidenceFile(CONTRACT_HASH, partial(io.BytesIO, content))
    with pytest.raises(PackageRefused, match=CONTRACT_HASH) as refused:
        make_package(tmp_path, evidence=[wrong])
    assert isinstance(refused.value, Conflict)
    assert [path.name for path in tmp_path.iterdir()] == ["package.zip"], "the earlier package survives"
    assert (tmp_path / "package.zip").read_bytes() == before


def with_sm3(tmp_path):
    contents = {name: sm3(text) for name, text in texts_of(tmp_path, "contents/").items()}
    manifest = make_manifest(second=Second(contents, {CONTRACT_HASH: sm3(CONTRACT)}))
    return manifest, make_package(tmp_path, manifest=manifest)


def texts_of(tmp_path, folder):
    files = files_in(make_package(tmp_path, name="plain.zip"))
    return {name[len(folder) : -5]: text for name, text in files.items() if name.startswith(folder)}


def sm3(content):
    return sums_of({"x": content}, "sm3").decode()[:64]


def test_sm3_stands_beside_sha256_in_sums_and_manifest_and_is_checked(tmp_path):
    manifest, package = with_sm3(tmp_path)
    files = files_in(package)
    assert files["SM3SUMS"] == sums_of(files, "sm3")
    printed = {"printed": manifest_hash(manifest), "printed_sm3": manifest_sm3(manifest)}
    assert found(package, **printed) == set()
    assert found(package, printed_sm3="0" * 64) == {("manifest_differs", "manifest.json")}
    assert ("file_missing", "SM3SUMS") in found(forged(package, {"SM3SUMS": None}))
    lines = files["SM3SUMS"].replace(files["SM3SUMS"][:1], b"x", 1)
    assert ("file_differs", "README.en.txt") in found(forged(package, {"SM3SUMS": lines}))


def test_a_machine_without_sm3_says_so_and_calls_nothing_intact_by_it(tmp_path, monkeypatch):
    _, package = with_sm3(tmp_path)
    monkeypatch.setattr(verify, "sm3_here", lambda: False)
    result = verify.check_package(package, printed_sm3="0" * 64)
    assert (result.findings, "sm3_unavailable" in [each.code for each in result.remarks]) == ([], True)


def test_another_verifier_inside_is_pointed_out_even_where_all_sums_fit(tmp_path):
    package = make_package(tmp_path)
    evil = forged(package, {"verify.py": b"print('intact')"})
    assert naive(evil)
    told = {each.code: each.words("zh") for each in verify.check_package(evil).remarks}
    assert "不要运行包内的" in told["other_verifier"]
    assert ("package_differs", "forged.zip") in found(evil, package=file_hash(package))
    damaged = forged(package, {"verify.py": b"print('intact')"}, new_sums=False)
    assert ("file_differs", "verify.py") in found(damaged)
