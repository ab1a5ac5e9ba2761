"""Ink and certificates: what is handed in is bound to this report, and its signer confirms it. One table per grade."""

import hashlib
import io
import json
from dataclasses import replace
from datetime import date, timedelta
from zipfile import ZipFile

import pypdfium2
import pytest
from PIL import Image

from casework import clock, storage
from casework.doors.unit import unit_of_work
from casework.errors import CaseworkError, Conflict
from casework.filing import verify
from casework.journal import JournalEntry
from casework.operations.advance import advance
from casework.operations.demo_sign import demo_sign
from casework.operations.download_document import download_document
from casework.operations.draft_report import draft_report
from casework.operations.hand_in_paper import hand_in_paper
from casework.operations.record_mandate import record_both_offices, record_mandate
from casework.operations.refuse_report import refuse_report
from casework.operations.report_package import report_package
from casework.people.actors import actor_of
from casework.reports.models import Report
from casework.reports.papers import SIGNED, pdf_to_sign, signatures_of, standing_paper
from casework.reports.signing.authority import Authority, found_demonstration
from casework.reports.signing.pdf_signing import sign_pdf
from tests.casework.factories import appoint, make_case
from tests.casework.operations.reporting import TEXTS, frozen, make_office, prepare, sign
from tests.casework.reports.signing.papers import certificate
from workflows.errors import Refused

DAY = timedelta(days=1)


@pytest.fixture
def office(app):
    office = make_office()
    prepare(office)
    return office


def wants(office, grade):
    office.round_.settings = office.round_.settings | {"signature_grade": grade}


@pytest.fixture
def inked(office, settings):
    wants(office, 2)
    make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    return frozen(office, settings)


@pytest.fixture
def authority(settings):
    made = Authority.begin(at=clock.now() - 300 * DAY, name="湖北数字证书测试机构")
    settings.trust_dir.mkdir()
    (settings.trust_dir / "root.pem").write_bytes(
        made.root.pem().partition(b"-----BEGIN CERT")[1] + made.root.pem().partition(b"-----BEGIN CERT")[2]
    )
    return made


@pytest.fixture
def certified(office, settings, authority):
    wants(office, 3)
    make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    return frozen(office, settings)


def page_of(report, settings, who):
    made = download_document(report, kind="signature_page", masked=True, actor=actor_of(who), settings=settings)
    return made.content


def picture(pdf, *, keep=1.0, kind="PNG"):
    """Photograph the page; `keep` cuts off what lies to the right."""
    drawn = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil()
    target = io.BytesIO()
    drawn.crop((0, 0, int(drawn.width * keep), drawn.height)).convert("RGB").save(target, kind)
    return target.getvalue()


def hand_in(report, settings, who, content, *, slot="party_leader", name="签字页.png", **rest):
    return hand_in_paper(report, slot=slot, name=name, content=content, actor=actor_of(who), settings=settings, **rest)


def certified_pdf(report, settings, authority, name, *, slot="party_leader", pdf=None, at=None, **validity):
    base = pdf or storage.read(pdf_to_sign(report).file, folder=settings.files_dir)
    since = validity.pop("since", clock.now() - 200 * DAY)
    holder = authority.certify(name, since=since, **validity)
    return sign_pdf(base, field=slot, holder=holder, root=certificate(authority.root), at=at or clock.now())


def give(report, settings, authority, slot, person, **rest):
    """Hand in what the grade asks for, and confirm it."""
    if report.round.settings["signature_grade"] == 2:
        content, name = picture(page_of(report, settings, person)), "签字页.png"
    else:
        content, name = certified_pdf(report, settings, authority, person.name, slot=slot), "签.pdf"
    paper = hand_in(report, settings, person, content, slot=slot, name=name)
    return sign(report, slot, person, paper=paper.ref, **rest)


def test_a_page_in_ink_is_bound_by_its_code_and_counts_once_its_signer_confirms_it(office, inked, settings):
    clerk = office.investigator
    paper = hand_in(inked, settings, clerk, picture(page_of(inked, settings, clerk), kind="JPEG"), name="扫描.jpg")
    assert (paper.bound_by, inked.signatures) == ("code", [])
    with pytest.raises(CaseworkError):
        sign(inked, "party_leader", clerk, paper=paper.ref, password="x")
    done = sign(inked, "party_leader", office.party_leader, paper=paper.ref)
    assert (done.signature.grade, done.signature.file.sha256, done.waiting) == (2, paper.file.sha256, ("admin_leader",))
    (fact,) = signatures_of(inked)
    assert (fact["file"], fact["name"], fact["manifest_hash"]) == (paper.file.sha256, "何诚航", inked.manifest_hash)


def test_a_code_that_cannot_be_read_is_replaced_by_what_is_typed_from_the_page(office, inked, settings):
    cut = picture(page_of(inked, settings, office.party_leader), keep=0.6)
    rows = (
        ("", "没有读到二维码"),
        (inked.manifest_hash[:15], "与自查报告 LC24-R1 的清单哈希不符"),
        ("0" * 16, "是否拿错了签字页"),
    )
    for typed, sentence in rows:
        with pytest.raises(CaseworkError, match=sentence):
            hand_in(inked, settings, office.party_leader, cut, typed_hash=typed)
    typed = f" {inked.manifest_hash[:8].upper()} {inked.manifest_hash[8:16]} "
    assert hand_in(inked, settings, office.party_leader, cut, typed_hash=typed).bound_by == "typed"


def test_a_page_of_another_report_freeze_or_slot_is_refused_naming_both(office, inked, settings):
    leader, supervisor = office.party_leader, actor_of(office.supervisor)
    first, before = picture(page_of(inked, settings, leader)), inked.manifest_hash
    refuse_report(inked, reason="措施不够具体", actor=actor_of(leader))
    draft_report(
        organisation=office.organisation, round_=office.round_, texts=TEXTS | {"work": "重写"}, actor=supervisor
    )
    frozen(office, settings)
    with pytest.raises(CaseworkError, match=f"先前的定稿（{before[:16]}），现为 {inked.manifest_hash[:16]}"):
        hand_in(inked, settings, leader, first)
    inked.number = 2
    other = picture(page_of(inked, settings, leader))
    inked.number = 1
    with pytest.raises(CaseworkError, match="先前的定稿"):  # the frozen page names what was frozen
        hand_in(inked, settings, leader, first)
    inked.number = 7
    with pytest.raises(CaseworkError, match="是自查报告 LC24-R1 的，不是 LC24-R7 的"):
        hand_in(inked, settings, leader, other)
    inked.number = 1
    top = Image.open(io.BytesIO(picture(page_of(inked, settings, leader))))
    half = io.BytesIO()
    top.crop((0, 0, top.width, int(top.height * 0.39))).save(half, "PNG")
    with pytest.raises(CaseworkError, match="另一个签字位"):
        hand_in(inked, settings, office.admin_leader, half.getvalue(), slot="admin_leader")
    assert standing_paper(inked, "party_leader") is None


BAD_SCANS = (
    (b"", "空的"),
    (b"GIF89a not a scan at all", "内容不是 PDF"),
    (b"%PDF-1.7\n1 0 obj\n<<>>\n%%EOF\n", "打不开"),
    (b"%PDF-1.7\n1 0 obj\n<<>>\n", "被截断"),
    (b"PK\x03\x04" + b"\x00" * 300, "不是 PDF、JPEG 或 PNG"),
)


def test_what_is_no_scan_is_refused_and_nothing_is_kept(office, inked, settings):
    for content, sentence in BAD_SCANS:
        with pytest.raises(CaseworkError, match=sentence):
            hand_in(inked, settings, office.party_leader, content)
    with pytest.raises(CaseworkError, match="没有上传签字件"):
        sign(inked, "party_leader", office.party_leader)
    assert (standing_paper(inked, "party_leader"), inked.signatures, inked.state) == (None, [], "frozen")


def test_the_signer_confirms_what_they_saw_and_not_what_replaced_it(office, inked, settings):
    page = page_of(inked, settings, office.party_leader)
    seen = hand_in(inked, settings, office.party_leader, picture(page))
    hand_in(inked, settings, office.investigator, picture(page, keep=0.98))
    with pytest.raises(CaseworkError, match="不是同一份"):
        sign(inked, "party_leader", office.party_leader, paper=seen.ref)
    assert inked.signatures == []


def test_who_neither_drafts_nor_signs_hands_nothing_in(office, inked, settings):
    page = picture(page_of(inked, settings, office.party_leader))
    with pytest.raises(CaseworkError):
        hand_in(inked, settings, office.discipline_officer, page)


def test_a_report_that_is_signed_by_consent_takes_no_paper(office, settings):
    make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    report = frozen(office, settings)
    with pytest.raises(Conflict, match="不需要上传"):
        hand_in(report, settings, office.party_leader, b"%PDF-1.7 %%EOF")


def test_two_certificates_sign_the_same_pdf_and_it_becomes_the_signed_document(office, certified, settings, authority):
    give(certified, settings, authority, "party_leader", office.party_leader)
    done = give(certified, settings, authority, "admin_leader", office.admin_leader)
    stored = next(row for row in certified.documents if row.kind == SIGNED)
    first, second = signatures_of(certified)
    assert (certified.state, done.waiting, stored.file.sha256) == ("signed", (), second["file"])
    assert (first["certificate"]["subject"], second["certificate"]["issuer"]) == ("何诚航", "湖北数字证书测试机构")
    assert (first["level"], first["grade"]) == ("B-B", 3)
    made = download_document(
        certified, kind=SIGNED, masked=True, actor=actor_of(office.admin_leader), settings=settings
    )
    base = next(row.file for row in certified.documents if row.kind == "report_pdf")
    assert made.content.startswith(storage.read(base, folder=settings.files_dir))


def test_a_pdf_that_does_not_stand_is_refused_and_nothing_is_stored(office, certified, settings, authority):
    ours = {"report": certified, "settings": settings, "authority": authority}
    now, other = clock.now(), Authority.begin(at=clock.now() - 9 * DAY, name="无名机构")
    good = certified_pdf(**ours, name="何诚航")
    rows = (
        (certified_pdf(**ours, name="康莹蕾"), "不属于这个签字位的签字人何诚航"),
        (certified_pdf(**ours, name="何诚航", since=now - 99 * DAY, until=now - DAY), "到期"),
        (certified_pdf(**ours, name="何诚航", since=now + DAY), "起才有效"),
        (certified_pdf(certified, settings, other, "何诚航"), "不在受信任的证书机构之列"),
        (certified_pdf(**ours, name="何诚航", at=now + DAY), "晚 5 分钟以上"),
        (certified_pdf(**ours, name="康莹蕾", pdf=good, slot="admin_leader"), "有 2 个签名，应为 1 个"),
        (good[:-400], "被截断|不是完整"),
        (picture(good), "不是 PDF"),
        (page_of(certified, settings, office.party_leader), "不是本报告的 PDF"),
    )
    for content, sentence in rows:
        with pytest.raises(CaseworkError, match=sentence):
            hand_in(certified, settings, office.party_leader, content, name="签.pdf")
    assert (standing_paper(certified, "party_leader"), certified.signatures) == (None, [])
    assert SIGNED not in {row.kind for row in certified.documents}


def test_between_handing_in_and_confirming_everything_is_asked_again(office, certified, settings, authority):
    give(certified, settings, authority, "party_leader", office.party_leader)
    holder = authority.certify("康莹蕾", since=clock.now() - 9 * DAY)
    base = storage.read(pdf_to_sign(certified).file, folder=settings.files_dir)
    root = certificate(authority.root)
    paper = hand_in(
        certified,
        settings,
        office.admin_leader,
        sign_pdf(base, field="admin_leader", holder=holder, root=root, at=clock.now()),
        slot="admin_leader",
        name="签.pdf",
    )
    revoked = authority.revocation_list(
        [(holder.certificate.serial_number, clock.now() - timedelta(hours=1))],
        at=clock.now() - DAY,
        until=clock.now() + DAY,
    )
    (settings.trust_dir / "list.crl").write_bytes(revoked)
    with pytest.raises(CaseworkError, match="吊销"):
        sign(certified, "admin_leader", office.admin_leader, paper=paper.ref)
    assert [row.slot for row in certified.signatures] == ["party_leader"]


def test_the_second_certificate_signs_on_top_of_the_first(office, certified, settings, authority):
    alone = certified_pdf(certified, settings, authority, "康莹蕾", slot="admin_leader")
    give(certified, settings, authority, "party_leader", office.party_leader)
    with pytest.raises(CaseworkError, match="缺少已有的签名"):
        hand_in(certified, settings, office.admin_leader, alone, slot="admin_leader", name="签.pdf")


@pytest.mark.parametrize("grade", [2, 3])
def test_what_holds_for_consent_holds_for_ink_and_certificates(office, settings, authority, grade):
    """Delegation, refusal, both offices, and the lapse of both signatures at a later change."""
    wants(office, grade)
    case = make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    report = frozen(office, settings)
    party, admin, vice = office.party_leader, office.admin_leader, office.vice_leader
    paper_on_file = {"valid_from": date(2023, 1, 1), "valid_to": clock.today(), "actor": actor_of(office.supervisor)}

    record_mandate(
        organisation=office.organisation, round_=office.round_, slot="party_leader", delegate=vice, principal=party,
        document="授权〔2024〕3号", **paper_on_file,
    )  # fmt: skip
    done = give(report, settings, authority, "party_leader", vice)
    assert (done.signature.delegated, done.signature.document, done.signature.grade) == (True, "授权〔2024〕3号", grade)
    refuse_report(report, reason="措施不够具体", actor=actor_of(admin))
    assert (report.state, [row.lapsed_at is not None for row in report.signatures]) == ("stale", [True])

    frozen(office, settings)
    appoint(party, "admin_leader", office.organisation)
    give(report, settings, authority, "party_leader", party)
    with pytest.raises(Refused, match="一肩挑"):
        give(report, settings, authority, "admin_leader", party)
    record_both_offices(organisation=office.organisation, person=party, document="岭大党〔2023〕5号", **paper_on_file)
    second = give(report, settings, authority, "admin_leader", party)
    assert (report.state, second.signature.document) == ("signed", "岭大党〔2023〕5号")

    advance(case, "reopen", actor=actor_of(office.supervisor), reason="毕业生来信")
    assert (report.state, signatures_of(report)) == ("stale", [])
    assert all(row.lapsed_at is not None for row in report.signatures)
    assert standing_paper(report, "party_leader").manifest_hash == report.manifest_hash
    with pytest.raises(CaseworkError, match="不在待签字状态"):
        hand_in(report, settings, party, b"%PDF-1.7 %%EOF")


@pytest.mark.parametrize("grade", [2, 3])
def test_the_package_carries_what_was_signed_and_holds(office, settings, authority, tmp_path, grade):
    wants(office, grade)
    make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    report = frozen(office, settings)
    give(report, settings, authority, "party_leader", office.party_leader)
    give(report, settings, authority, "admin_leader", office.admin_leader)
    target, who = tmp_path / "package.zip", actor_of(office.admin_leader)
    made = report_package(report, target=target, actor=who, settings=settings)
    assert verify.check_package(made.path, printed=report.manifest_hash, package=made.sha256).findings == []
    with ZipFile(made.path) as package:
        (facts,) = (package.read(each) for each in package.namelist() if each.endswith("signatures.json"))
        stored = {hashlib.sha256(package.read(each)).hexdigest() for each in package.namelist()}
    assert [each["grade"] for each in json.loads(facts)] == [grade, grade]
    last = json.loads(facts)[-1]["file"]
    assert last in stored


def test_a_demonstration_signs_with_its_own_keys_and_an_office_never_does(office, settings):
    wants(office, 3)
    make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    leaders = [(each.login, each.name) for each in (office.party_leader, office.admin_leader)]
    found_demonstration(settings.demo_authority_dir, names=leaders, at=clock.now())
    report, shown = frozen(office, settings), replace(settings, demo=True)
    with pytest.raises(Conflict, match="只有演示环境"):
        demo_sign(report, slot="party_leader", actor=actor_of(office.party_leader), settings=settings)
    paper = demo_sign(report, slot="party_leader", actor=actor_of(office.party_leader), settings=shown)
    content = storage.read(paper.file, folder=settings.files_dir)
    paper.replaced_at = clock.now()
    with pytest.raises(CaseworkError, match="演示用的证书机构"):
        hand_in(report, settings, office.party_leader, content, name="签.pdf")
    paper.replaced_at = None
    done = sign(report, "party_leader", office.party_leader, paper=paper.ref, settings=shown)
    assert (done.signature.level, done.signature.grade) == ("B-LT", 3)
    assert oct((settings.demo_authority_dir / "keys").stat().st_mode)[-3:] == "700"


def test_a_refused_paper_is_in_the_journal_and_nothing_of_it_in_the_database(app, settings):
    with unit_of_work():
        office = make_office()
        prepare(office)
        wants(office, 2)
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
        frozen(office, settings)
    report_id = office.organisation.id
    found, leader = current_report(office), office.party_leader
    with pytest.raises(CaseworkError), unit_of_work():
        hand_in(found, settings, leader, b"GIF89a not a scan at all")
    entry = JournalEntry.query.filter_by(organisation_id=report_id, action="report:paper_refused").one()
    assert (entry.facts["reasons"], entry.actor) == (["file_type"], str(office.party_leader.id))
    assert standing_paper(current_report(office), "party_leader") is None


def current_report(office):
    return Report.query.filter_by(organisation_id=office.organisation.id).one()
