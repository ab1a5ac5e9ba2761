"""What a forger can do who writes all sums anew: each change is found, named and located."""

import json

import pytest

from casework.cases.canonical import canonical_bytes, canonical_hash
from casework.filing import verify
from casework.filing.proofs import extract_of
from casework.reports.manifest import manifest_hash
from casework.reports.snapshot import document_contents
from tests.casework.filing.forging import EVIDENCE, files_in, forged, found, make_package, make_signed_package, naive
from tests.casework.reports.sample import (
    CONTRACT,
    CONTRACT_HASH,
    about_the_report,
    linked,
    make_dossier,
    make_head,
    make_journal,
    make_journal_json,
    make_later,
    make_manifest,
    make_signatures,
    make_signing,
    make_snapshot,
)

PRINTED = manifest_hash(make_manifest())
DOSSIER = "dossiers/LC24-0002.json"


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return make_package(tmp_path_factory.mktemp("package"))


def replaced(old, new):
    def change(content):
        assert old in content
        return content.replace(old, new)

    return change


def of_journal(change):
    def apply(content):
        journal = json.loads(content)
        change(journal)
        return canonical_bytes(journal)

    return apply


def without_second(journal):
    del journal["entries"][1]


def doubled(journal):
    journal["entries"].append(journal["entries"][-1])


def swapped(journal):
    journal["entries"][0], journal["entries"][1] = journal["entries"][1], journal["entries"][0]


def back_dated(journal):
    entry = journal["entries"][0]
    entry["at"] = "2024-07-01T08:30:00.000000+00:00"
    entry["hash"] = canonical_hash({key: value for key, value in entry.items() if key != "hash"})


def foreign(journal):
    journal["entries"][2]["subject"] = "LC24-0055"


def wrong_proof(journal):
    journal["proofs"]["7/main"]["nodes"]["0"]["2"] = "00" * 32


def wrong_checkpoint(journal):
    journal["proofs"]["7/main"]["checkpoints"][0]["root"] = "00" * 32


FORGERIES = [
    (DOSSIER, replaced(b"denied", b"agreed"), ("dossier_differs", "LC24-0002"), "verifications[1].result"),
    (DOSSIER, lambda old: b"X" + old[1:], ("unreadable", DOSSIER), "byte 0"),
    (DOSSIER, lambda old: old + b"\n", ("unreadable", DOSSIER), "byte"),
    (DOSSIER, lambda _: b"[]", ("dossier_differs", "LC24-0002"), ""),
    (DOSSIER, replaced(b'"number"', b'"number":"LC24-0002","number"'), ("unreadable", DOSSIER), "byte"),
    (DOSSIER, replaced(b'"LC24-0002"', b"NaN"), ("unreadable", DOSSIER), "NaN"),
    (DOSSIER, replaced(b'"LC24-0002"', b"9" * 4000), ("unreadable", DOSSIER), "large"),
    (DOSSIER, lambda _: b"[" * 100_000, ("unreadable", DOSSIER), "deep"),
    (EVIDENCE, lambda old: b"X" + old[1:], ("evidence_differs", CONTRACT_HASH), CONTRACT_HASH),
    (EVIDENCE, lambda _: b"", ("evidence_differs", CONTRACT_HASH), CONTRACT_HASH),
    (
        "manifest.json",
        replaced(b'"conclusion":"corrected"', b'"conclusion":"corroded"'),
        ("manifest_differs", "manifest.json"),
        "cases[0].conclus",
    ),
    ("manifest.json", lambda _: b"{}", ("malformed", "manifest.json: format"), "format"),
    ("manifest.json", lambda _: b"[]", ("malformed", "manifest.json"), "manifest"),
    ("contents/report.json", replaced(b"LC24-0009", b"LC24-0008"), ("content_differs", "report"), "open_cases[0]"),
    ("journal.json", replaced(b"case:conclude", b"case:reopened"), ("journal_broken", "7/main/2"), "7/main/2"),
    ("journal.json", of_journal(back_dated), ("journal_unproved", "7/main/1"), "7/main/1"),
    ("journal.json", of_journal(without_second), ("journal_extract_differs", "journal.json"), "4"),
    ("journal.json", of_journal(doubled), ("journal_out_of_order", "7/main/5"), "7/main/5"),
    ("journal.json", of_journal(swapped), ("journal_out_of_order", "7/main/1"), "7/main/1"),
    ("journal.json", of_journal(foreign), ("journal_foreign", "7/main/4"), "7/main/4"),
    ("journal.json", of_journal(wrong_proof), ("journal_unproved", "7/main/4"), "7/main/4"),
    ("journal.json", of_journal(wrong_checkpoint), ("checkpoint_unproved", "7/main/2"), "7/main/2"),
    ("journal.json", lambda _: b'{"entries":[{}],"proofs":{}}', ("malformed", "journal.json: proofs.7/main"), "proofs"),
    (EVIDENCE, lambda _: None, ("evidence_missing", CONTRACT_HASH), "LC24-000"),
    (DOSSIER, lambda _: None, ("case_missing", "LC24-0002"), "LC24-0002"),
    ("contents/plan.json", lambda _: None, ("content_differs", "plan"), "plan"),
    ("journal.json", lambda _: None, ("file_missing", "journal.json"), "journal.json"),
    ("manifest.json", lambda _: None, ("file_missing", "manifest.json"), "manifest.json"),
    (f"evidence/{'ab' * 32}.png", lambda _: b"x", ("evidence_unknown", "ab" * 32), "ab"),
    (f"evidence/{CONTRACT_HASH}.zzz", lambda _: CONTRACT, ("evidence_unknown", CONTRACT_HASH), CONTRACT_HASH),
    ("dossiers/LC24-0077.json", lambda _: b"{}", ("case_not_listed", "LC24-0077"), "LC24-0077"),
    ("dossiers/a/LC24-0002.json", lambda _: b"{}", ("foreign", "dossiers/a/LC24-0002.json"), "a/LC24"),
    ("run.exe", lambda _: b"x", ("foreign", "run.exe"), "run.exe"),
    ("../outside.txt", lambda _: b"x", ("unsafe_name", "../outside.txt"), "outside"),
    ("/etc/passwd", lambda _: b"x", ("unsafe_name", "/etc/passwd"), "passwd"),
    ("documents/\x1b[2Jx", lambda _: b"x", ("unsafe_name", "documents/\x1b[2Jx"), "[2Jx"),
    ("documents/A.docx", lambda _: b"x", None, ""),
]


@pytest.mark.parametrize(("name", "change", "expected", "place"), FORGERIES)
def test_a_forgery_is_found_and_located_though_all_sums_were_written_anew(package, name, change, expected, place):
    forgery = forged(package, {name: change(files_in(package).get(name))})
    assert naive(forgery), "whoever believes SHA256SUMS sees nothing"
    if expected is None:  # printed documents stand under the sums and the hash of the whole package alone
        assert found(forgery, package="0" * 64) == {("package_differs", "forged.zip")}
        return
    result = verify.check_package(forgery, printed=PRINTED)
    told = [each for each in result.findings if (each.code, each.subject) == expected]
    assert told, result.findings
    assert place in told[0].words("zh")
    assert "\x1b" not in "".join(verify.lines_of(result, "en"))


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    return make_signed_package(tmp_path_factory.mktemp("signed"))


def of_lines(change):
    def apply(content):
        return canonical_bytes(change(json.loads(content)))

    return apply


def told(size=11):
    return verify.Held("root", size, make_head(make_later()[:size])["root"])


LINES, PAPER = verify.SIGNATURES, "documents/签字件.pdf"
SIGNED_FORGERIES = [
    (LINES, replaced("何诚航".encode(), "何诚杭".encode()), ("signature_differs", "party_leader")),
    (LINES, replaced(b'"grade":1', b'"grade":3'), ("signature_differs", "party_leader")),
    (LINES, of_lines(lambda lines: lines[:1]), ("signature_missing", "admin_leader")),
    (LINES, of_lines(lambda lines: [*lines, lines[1]]), ("signature_differs", "admin_leader")),
    (LINES, of_lines(lambda lines: [*lines, lines[1] | {"slot": "x"}]), ("signature_differs", "x")),
    (LINES, lambda _: b"{}", ("malformed", LINES)),
    (LINES, lambda _: None, ("signature_missing", "party_leader")),
    (PAPER, lambda old: old + b"x", ("signed_file_missing", "admin_leader")),
    (PAPER, lambda _: None, ("signed_file_missing", "admin_leader")),
    ("signing.json", replaced(b'"slot":"party_leader"', b'"slot":"admin_leader"'), ("journal_broken", "7/main/7")),
    ("signing.json", of_journal(lambda journal: journal["entries"].pop(3)), ("signing_incomplete", "signing.json")),
    ("signing.json", of_journal(lambda journal: journal["entries"].pop(1)), ("signature_differs", "party_leader")),
    ("signing.json", of_journal(swapped), ("journal_out_of_order", "7/main/6")),
    ("signing.json", of_journal(lambda journal: journal["proofs"]["7/main"]["checkpoints"].pop(0)),
     ("signing_apart", "signing.json")),
    ("signing.json", of_journal(wrong_checkpoint), ("checkpoint_unproved", "7/main/5")),
    ("signing.json", of_journal(lambda journal: journal["head"].update(chain="looks")),
     ("journal_foreign", "7/looks")),
    ("signing.json", of_journal(lambda journal: journal["head"].update(seq=5)),
     ("malformed", "signing.json: head.seq")),
    ("signing.json", lambda _: b"{}", ("malformed", "signing.json.head")),
    ("signing.json", lambda _: b"[]", ("malformed", "signing.json.head")),
    ("signing.json", lambda _: None, ("held_unproved", "11")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "expected"), SIGNED_FORGERIES)
def test_a_forged_signature_is_found_though_all_sums_were_written_anew(signed, name, change, expected):
    forgery = forged(signed, {name: change(files_in(signed)[name])})
    assert naive(forgery), "whoever believes SHA256SUMS sees nothing"
    assert expected in found(forgery, printed=PRINTED, held=[told()])


def remarks(package, **held):
    return {each.code: each.subject for each in verify.check_package(package, **held).remarks}


def test_signatures_are_proved_by_a_root_that_the_recipient_was_told_and_only_by_that(signed, tmp_path):
    assert found(signed, held=[told(10)]) == {("held_unproved", "10")}
    assert found(signed, printed=PRINTED, held=[told()]) == set()
    assert "signing_not_compared" not in remarks(signed, held=[told()])
    assert verify.check_package(signed).counts["signatures"] == 2
    name = f"11:{told().value}"
    last = verify.Held("hash", 11, make_later()[-1]["hash"])
    for held in ([], [last], [told(7)]):  # a hash vouches for no tree, an earlier root not for what came after it
        assert remarks(signed, held=held)["signing_not_compared"] == name
    other = make_signatures(name="肖国舒")
    forgery = make_signed_package(tmp_path, signatures=other, signing=make_signing(make_later(other)))
    assert found(forgery, printed=PRINTED) == set()
    assert "signing_not_compared" in remarks(forgery, printed=PRINTED)
    assert found(forgery, printed=PRINTED, held=[told()]) == {("held_differs", "11")}


def test_a_journal_of_signatures_that_does_not_grow_out_of_the_manifests_is_found(tmp_path):
    elsewhere = make_signing(make_later(begun=linked([], [("case:open", 1)] * 5)))
    forgery = make_signed_package(tmp_path, signing=elsewhere)
    assert ("signing_apart", "signing.json") in found(forgery, printed=PRINTED)


def test_a_package_without_a_journal_of_its_signatures_says_that_they_are_not_proved(signed):
    assert remarks(forged(signed, {"signing.json": None}))["signature_unproved"] == "admin_leader party_leader"


CITED = {"number": "LC24-R7", "organisation": "岭川大学", "manifest_hash": "ab" * 32}
CITES = [
    ([CITED], [CITED], set()),
    ([CITED, CITED | {"number": "LC24-R8"}], [CITED | {"number": "LC24-R8"}, CITED], {("cites_differ", "report")}),
    ([CITED], None, {("cites_differ", "report")}),
    ([], [CITED], {("cites_differ", "report")}),
    ([], [], {("cites_differ", "report")}),
    ([CITED, CITED], [CITED, CITED], {("cited_broken", "cites[1]")}),
    ([CITED | {"manifest_hash": "AB" * 32}], None, {("cited_broken", "cites[0]"), ("cites_differ", "report")}),
    ([CITED | {"number": " "}], None, {("cited_broken", "cites[0]"), ("cites_differ", "report")}),
    ([CITED | {"seen": "1"}], None, {("malformed", "cites[0]")}),
    (["LC24-R7"], None, {("malformed", "cites[0]")}),
]


@pytest.mark.parametrize(("listed", "told", "expected"), CITES)
def test_reports_of_the_level_below_are_cited_alike_in_manifest_and_document(tmp_path, listed, told, expected):
    contents = document_contents(make_snapshot())
    if told is not None:
        contents["report"]["cites"] = told
    hashes = {name: canonical_hash(content) for name, content in contents.items()}
    manifest = make_manifest(cites=listed, contents=hashes)
    assert found(make_package(tmp_path, manifest=manifest, contents=contents)) == expected


def rewritten(tmp_path):
    """Return a package in which everything was computed anew from another history."""
    entries, previous = [], "0" * 64
    for entry in make_journal():
        content = {key: value for key, value in entry.items() if key != "hash"} | {"actor": "U666"}
        content["previous"] = previous
        previous = canonical_hash(content)
        entries.append(content | {"hash": previous})
    dossiers = [make_dossier(findings=[])]
    extract = extract_of([entry["hash"] for entry in entries if entry["subject"] in ("LC24-0001", "LC24-R1")])
    manifest = make_manifest(dossiers=dossiers, journal_heads=[make_head(entries)], journal_extract=extract)
    journal = make_journal_json(entries)
    journal["entries"] = [entry for entry in about_the_report(entries) if entry["subject"] != "LC24-0002"]
    return make_package(tmp_path, manifest=manifest, dossiers=dossiers, journal=journal)


def test_a_whole_package_computed_anew_is_found_by_what_the_recipient_holds_and_by_nothing_else(tmp_path):
    forgery = rewritten(tmp_path)
    assert found(forgery) == set()
    assert found(forgery, printed=PRINTED) == {("manifest_differs", "manifest.json")}
    for held in (
        verify.Held("hash", 5, make_head()["hash"]),
        verify.Held("hash", 2, make_journal()[1]["hash"]),
        verify.Held("root", 3, make_head(make_journal()[:3])["root"]),
    ):
        assert found(forgery, held=[held]) == {("held_differs", str(held.size))}


def test_a_held_head_of_which_the_package_proves_nothing_is_no_proof(package):
    assert found(package, held=[verify.Held("root", 4, "ab" * 32)]) == {("held_unproved", "4")}
    assert found(package, held=[verify.Held("hash", 99, "ab" * 32)]) == {("held_unproved", "99")}
