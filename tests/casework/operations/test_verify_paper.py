"""A PDF signed with a certificate is verified when it comes and when it is confirmed; both grades keep every rule."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from casework import clock, storage
from casework.errors import CaseworkError, Conflict
from casework.filing import verify
from casework.operations.advance import advance
from casework.operations.demo_sign import demo_sign
from casework.operations.download_document import download_document
from casework.operations.record_mandate import record_both_offices, record_mandate
from casework.operations.refuse_report import refuse_report
from casework.operations.report_package import report_package
from casework.people.actors import actor_of
from casework.reports.papers import SIGNED, pdf_to_sign, signatures_of, standing_paper
from casework.reports.signing.authority import Authority, found_demonstration
from casework.reports.signing.pdf_signing import sign_pdf
from tests.casework.factories import appoint, make_case
from tests.casework.operations.papers import certified_pdf, give, hand_in, page_of, picture, wants
from tests.casework.operations.reporting import frozen, make_office, prepare, sign
from tests.casework.reports.signing.papers import certificate
from workflows.errors import Refused

DAY = timedelta(days=1)


@pytest.fixture
def office(app):
    office = make_office()
    prepare(office)
    return office


@pytest.fixture
def authority(settings):
    made = Authority.begin(at=clock.now() - 300 * DAY, name="湖北数字证书测试机构")
    settings.trust_dir.mkdir()
    (settings.trust_dir / "root.pem").write_bytes(made.root.certificate.public_bytes(Encoding.PEM))
    return made


@pytest.fixture
def certified(office, settings, authority):
    wants(office, 3)
    make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    return frozen(office, settings)


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
        (certified_pdf(**ours, name="何诚航远"), "不属于这个签字位的签字人何诚航"),
        (certified_pdf(**ours, name="何诚航", slot="admin_leader"), "签在另一个签字位的签名域里"),
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


def test_one_key_signs_for_one_person_even_where_two_bear_the_same_name(office, certified, settings, authority):
    party, admin = office.party_leader, office.admin_leader
    admin.name = party.name
    holder = authority.certify(party.name, since=clock.now() - DAY)

    def signed_in(slot):
        base = storage.read(pdf_to_sign(certified).file, folder=settings.files_dir)
        return sign_pdf(base, field=slot, holder=holder, root=certificate(authority.root), at=clock.now())

    paper = hand_in(certified, settings, party, signed_in("party_leader"), name="签.pdf")
    sign(certified, "party_leader", party, paper=paper.ref)
    with pytest.raises(CaseworkError, match="已由另一位签字人"):
        hand_in(certified, settings, admin, signed_in("admin_leader"), slot="admin_leader", name="签.pdf")
    give(certified, settings, authority, "admin_leader", admin)  # with a key of their own
    assert certified.state == "signed"


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
    paper_on_file = {"valid_from": clock.today(), "valid_to": clock.today(), "actor": actor_of(office.supervisor)}

    record_mandate(
        organisation=office.organisation, round_=office.round_, slot="party_leader", delegate=vice, principal=party,
        document="授权〔2024〕3号", reason="外出开会", **paper_on_file,
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
