"""The package proves a report offline; every export of it is journalled, and so is every document in full."""

import io
import json
import os
import time
import zipfile

import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.filing import verify
from casework.filing.package import file_hash
from casework.filing.signing import told_root
from casework.journal import LOOKS, JournalEntry
from casework.operations.advance import advance
from casework.operations.download_document import download_document
from casework.operations.log_verification import log_verification
from casework.operations.report_package import LEFT_ALONE, clear_packages, report_package
from casework.operations.send_report import send_report
from casework.operations.small_steps import add_note
from casework.operations.take_over import take_over
from casework.people.actors import actor_of
from casework.reports.manifest import manifest_sm3
from tests.casework.factories import NOON, conclude, make_case, make_person
from tests.casework.filing.forging import files_in, forged, found, naive
from tests.casework.operations.reporting import (
    attach,
    drafted,
    frozen,
    give_receipt,
    make_office,
    prepare,
    sign,
    signed,
)

NAME = "欧阳晓明"


@pytest.fixture
def office(app):
    with unit_of_work():
        office = make_office()
        prepare(office)
    return office


@pytest.fixture
def report(office, settings):
    """Return a signed report over one case that was worked through its own operations, with evidence."""
    owner = actor_of(office.investigator)
    with unit_of_work():
        case = make_case(office.organisation, office.round_, state="investigating", owner=office.investigator)
        attach(case, office, settings)
        log_verification(
            case, method="letter", evidence_class="employer", result="supports", supplied_by="employer", actor=owner
        )
        advance(case, "conclude", actor=owner, conclusion="unfounded", note="复函证实录用")
        advance(case, "accept", actor=actor_of(office.supervisor))
    with unit_of_work():
        return signed(office, settings)


def package(report, person, tmp_path, settings):
    with unit_of_work():
        return report_package(report, target=tmp_path / "package.zip", actor=actor_of(person), settings=settings)


def looks():
    return [(entry.action, entry.facts) for entry in db.session.query(JournalEntry).filter_by(chain=LOOKS)]


def test_the_package_holds_against_the_hash_on_the_paper(office, report, tmp_path, settings):
    made = package(report, office.supervisor, tmp_path, settings)
    assert verify.check_package(made.path, printed=report.manifest_hash, package=made.sha256).findings == []
    assert made.sha256 == file_hash(made.path)
    with zipfile.ZipFile(made.path) as archive:
        names = archive.namelist()
    number = report.cases[0].dossier["number"]
    assert f"dossiers/{number}.json" in names
    assert {"documents/自查记录.docx", "documents/自查报告.docx", "documents/自查报告（已签字）.docx"} <= set(names)
    assert sum(name.startswith("evidence/") for name in names) == 1
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("tmp")] == []


def held_of(report):
    """Return the root that the recipients of a report are told, as they note it."""
    point = told_root(report)
    return verify.Held("root", point.size, point.root)


def judged(made, report, *held):
    result = verify.check_package(made.path, printed=report.manifest_hash, held=held)
    return result.findings, result.counts["signatures"], {each.code for each in result.remarks}


def test_who_signed_is_proved_by_the_root_told_with_the_delivery_and_still_after_the_filing(
    office, report, tmp_path, settings
):
    signed_only = held_of(report)
    with unit_of_work():
        deliveries = send_report(report, actor=actor_of(office.supervisor))
    delivered = held_of(report)
    early = package(report, office.supervisor, tmp_path, settings)
    assert early.root == f"{delivered.size}:{delivered.value}"
    assert judged(early, report, delivered) == ([], 2, {"by_sums_only"})
    assert judged(early, report) == ([], 2, {"by_sums_only", "signing_not_compared"})
    for each, person in zip(deliveries, (office.discipline_officer, office.superior_officer), strict=True):
        with unit_of_work():
            give_receipt(each, person)
    filed_root = held_of(report)
    assert signed_only.size < delivered.size < filed_root.size
    made = package(report, office.supervisor, tmp_path, settings)
    for held in (signed_only, delivered, filed_root):
        assert judged(made, report, held) == ([], 2, {"by_sums_only"})
    actions = [entry["action"] for entry in json.loads(files_in(made.path)["signing.json"])["entries"]]
    assert [actions.count(each) for each in ("report:signature", "filing:receipt", "report:file")] == [2, 2, 1]
    assert made.root in files_in(made.path)["README.txt"].decode()
    name = "康莹蕾".encode()
    forgery = forged(made.path, {verify.SIGNATURES: files_in(made.path)[verify.SIGNATURES].replace(name, b"x")})
    assert naive(forgery)
    assert ("signature_differs", "admin_leader") in found(forgery, printed=report.manifest_hash, held=[filed_root])


def test_before_the_last_signature_the_package_says_that_signatures_are_not_proved(office, tmp_path, settings):
    with unit_of_work():
        report = frozen(office, settings)
        sign(report, "party_leader", office.party_leader)
    made = package(report, office.supervisor, tmp_path, settings)
    assert (told_root(report), made.root) == (None, "")
    assert judged(made, report) == ([], 0, {"by_sums_only", "signature_unproved"})


def test_what_a_body_did_before_its_case_was_taken_over_is_in_the_package_of_the_body_above(office, tmp_path, settings):
    with unit_of_work():
        above = make_office(level="province", tree=office.tree)
        prepare(above)
        case = make_case(office.organisation, above.round_, state="investigating", owner=office.investigator)
        add_note(case, words="电话无人接听", actor=actor_of(office.investigator))
    with unit_of_work():
        take_over(case, reason="涉及校领导", actor=actor_of(above.supervisor))
        case.state, case.accepted_at, case.accepted_by = "corrected", NOON, above.supervisor
        conclude(case, by=make_person("investigator", above.organisation))
    with unit_of_work():
        report = signed(above, settings)
    own, left = report.manifest["journal_heads"]
    assert [own["organisation"], left["organisation"]] == [above.organisation.id, office.organisation.id]
    made = package(report, above.supervisor, tmp_path, settings)
    assert judged(made, report, held_of(report)) == ([], 2, {"by_sums_only"})
    told = json.loads(files_in(made.path)["journal.json"])["entries"]
    assert ("case:note", left["organisation"]) in {(entry["action"], entry["organisation"]) for entry in told}
    with zipfile.ZipFile(made.path) as archive, archive.open("documents/自查报告.docx") as file:
        text = zipfile.ZipFile(file).read("word/document.xml").decode()
    assert (own["root"] in text, left["root"] in text) == (True, False)


def test_a_package_that_nobody_finished_is_swept_and_one_being_made_is_left(settings):
    for name, age in (("package-old", LEFT_ALONE + 60), ("package-new", 0), ("other", LEFT_ALONE + 60)):
        folder = settings.staging_dir / name
        folder.mkdir(parents=True)
        (folder / "package.zip.part").write_bytes(b"in clear")
        for path in (folder / "package.zip.part", folder):
            os.utime(path, times=(time.time() - age,) * 2)
    assert clear_packages(settings) == 1
    assert {path.name for path in settings.staging_dir.iterdir()} == {"package-new", "other"}


def test_where_the_round_asks_for_sm3_it_stands_on_the_paper_and_through_the_package(office, tmp_path, settings):
    with unit_of_work():
        office.round_.settings = office.round_.settings | {"digests": ["sha256", "sm3"]}
    with unit_of_work():
        report = signed(office, settings)
    sm3 = manifest_sm3(report.manifest)
    made = package(report, office.supervisor, tmp_path, settings)
    assert verify.check_package(made.path, printed=report.manifest_hash, printed_sm3=sm3).findings == []
    with zipfile.ZipFile(made.path) as archive, archive.open("documents/自查报告.docx") as file:
        assert sm3 in zipfile.ZipFile(file).read("word/document.xml").decode()


def without(manifest, key):
    if key == "root":
        return manifest | {"journal_heads": [{"organisation": 1, "chain": "main", "seq": 3, "hash": "ab" * 32}]}
    return {name: value for name, value in manifest.items() if name != key}


def test_a_report_frozen_before_manifests_held_a_root_is_refused_with_what_to_do(office, report, tmp_path, settings):
    whole = report.manifest
    for key in ("root", "journal_extract"):
        for state, sentence in (("frozen", "重新定稿"), ("signed", "重新定稿"), ("filed", "受理单位当时收到的")):
            with unit_of_work():
                report.manifest, report.state = without(whole, key), state
            with pytest.raises(Conflict, match=sentence):
                package(report, office.supervisor, tmp_path, settings)
    assert (looks(), (tmp_path / "package.zip").exists()) == ([], False)


def test_evidence_that_is_no_longer_on_disk_is_named_and_nothing_is_packed(office, report, tmp_path, settings):
    (item,) = report.cases[0].dossier["evidence"]
    (settings.files_dir / item["sha256"][:2] / item["sha256"]).unlink()
    with pytest.raises(Conflict, match=item["sha256"]):
        package(report, office.supervisor, tmp_path, settings)
    assert (looks(), (tmp_path / "package.zip").exists()) == ([], False)


def test_a_package_with_a_changed_byte_does_not_hold(office, report, tmp_path, settings):
    made = package(report, office.supervisor, tmp_path, settings)
    content = bytearray(made.path.read_bytes())
    content[content.index("复函证实录用".encode())] ^= 1
    made.path.write_bytes(content)
    found = verify.check_package(made.path, printed=report.manifest_hash).findings
    places = {each.code: each.params["place"] for each in found}
    assert places == {"content_differs": "rows[0].result", "file_differs": "rows[0].result"}


def test_taking_the_package_is_journalled_as_a_look(office, report, tmp_path, settings):
    made = package(report, office.supervisor, tmp_path, settings)
    assert [(action, facts["sha256"]) for action, facts in looks()] == [("report:package", made.sha256)]


@pytest.mark.parametrize("who", ["party_leader", "discipline_officer", "superior_officer"])
def test_leaders_and_recipients_may_take_the_package(office, report, tmp_path, settings, who):
    with unit_of_work():
        send_report(report, actor=actor_of(office.supervisor))
    assert package(report, getattr(office, who), tmp_path, settings).path.exists()


@pytest.mark.parametrize("role", ["auditor", "investigator"])
def test_others_may_not_and_nothing_is_written(office, report, tmp_path, settings, role):
    person = make_person(role, office.organisation)
    with pytest.raises(Forbidden):
        package(report, person, tmp_path, settings)
    assert (looks(), (tmp_path / "package.zip").exists()) == ([], False)


def test_a_draft_has_no_package(office, tmp_path, settings):
    report = drafted(office)
    with pytest.raises(Conflict, match="尚未定稿"):
        report_package(report, target=tmp_path / "p.zip", actor=actor_of(office.supervisor), settings=settings)


def names_in(document):
    book = CalamineWorkbook.from_filelike(io.BytesIO(document.content))
    return [row[1] for row in book.get_sheet_by_name("自查记录").to_python()[1:]]


def take(report, person, settings, *, kind="records_sheet", masked):
    with unit_of_work():
        as_asked = {"kind": kind, "masked": masked, "purpose": "archive", "actor": actor_of(person)}
        return download_document(report, **as_asked, settings=settings)


def test_the_archived_records_are_complete_and_their_download_is_journalled(office, report, settings):
    assert names_in(take(report, office.supervisor, settings, masked=False)) == [NAME]
    assert [(facts["kind"], facts["purpose"]) for _, facts in looks()] == [("records_sheet", "archive")]
    with pytest.raises(Invalid, match="用途"), unit_of_work():
        download_document(report, kind="records", masked=False, actor=actor_of(office.supervisor), settings=settings)
    for masked, purpose in ((False, "归档"), (True, "阅读（脱敏）")):
        made = take(report, office.supervisor, settings, kind="records", masked=masked)
        first = Document(io.BytesIO(made.content)).paragraphs[0].text
        assert (f"（{office.supervisor.login}）" in first, purpose in first) == (True, True)
        assert masked or looks()[-1][1]["mark"] in first


def test_whoever_reads_the_report_gets_the_records_masked(office, report, settings):
    auditor = make_person("auditor", office.organisation)
    assert names_in(take(report, auditor, settings, masked=True)) == ["欧阳**"]
    with pytest.raises(Forbidden):
        take(report, auditor, settings, masked=False)
    assert looks() == []


def test_the_stored_documents_are_sealed_at_rest(report, settings):
    stored = next(row.file for row in report.documents if row.kind == "records_sheet")
    path = settings.files_dir / stored.sha256[:2] / stored.sha256
    assert not zipfile.is_zipfile(path)


def test_a_document_that_does_not_exist_is_not_found(office, report, settings):
    with pytest.raises(NotFound):
        take(report, office.supervisor, settings, kind="minutes", masked=False)


def test_the_signed_report_names_its_signers(office, report, settings):
    document = take(report, office.supervisor, settings, kind="signed_report", masked=False)
    with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
        text = archive.read("word/document.xml").decode()
    assert [name for name in ("何诚航", "康莹蕾", report.manifest_hash) if name not in text] == []


def test_a_report_frozen_and_not_signed_has_no_signer_on_its_page(office, settings):
    with unit_of_work():
        report = frozen(office, settings)
    document = take(report, office.supervisor, settings, kind="report", masked=False)
    with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
        assert "何诚航" not in archive.read("word/document.xml").decode()
