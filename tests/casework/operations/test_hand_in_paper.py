"""A page signed in ink is bound to this report, this freeze and this slot, and its signer confirms it."""

import io
import weakref
import zipfile
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import CaseworkError, Conflict
from casework.journal import JournalEntry
from casework.notices.models import Message
from casework.operations.draft_report import draft_report
from casework.operations.refuse_report import refuse_report
from casework.operations.tell_report import say_handed_in
from casework.people.actors import actor_of
from casework.reports.models import Report, SignedPaper
from casework.reports.papers import signatures_of, standing_paper
from casework.reports.pdfium import ONE_AT_A_TIME
from casework.reports.queries import lock_report
from casework.reports.signing.scans import MOST_PIXELS, marks_on
from tests.casework.factories import make_case
from tests.casework.operations.papers import hand_in, page_of, picture, wants
from tests.casework.operations.reporting import TEXTS, frozen, make_office, prepare, sign


@pytest.fixture
def office(app):
    office = make_office()
    prepare(office)
    return office


@pytest.fixture
def inked(office, settings):
    wants(office, 2)
    make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    return frozen(office, settings)


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


def heard(kind="report_paper"):
    wanted = select(Message).filter_by(kind=kind, channel="inbox").order_by(Message.id)
    return [message.person.name for message in db.session.scalars(wanted)]


def test_the_signer_hears_once_of_each_paper_that_somebody_else_handed_in(office, inked, settings):
    page = page_of(inked, settings, office.party_leader)
    hand_in(inked, settings, office.party_leader, picture(page))
    assert heard() == []  # who brought it knows
    paper = hand_in(inked, settings, office.investigator, picture(page))
    assert heard() == ["何诚航"]
    say_handed_in(inked, paper)
    assert heard() == ["何诚航"]
    hand_in(inked, settings, office.investigator, picture(page, keep=0.98))
    assert heard() == ["何诚航"] * 2
    with pytest.raises(CaseworkError):
        hand_in(inked, settings, office.investigator, b"GIF89a no page")
    assert heard() == ["何诚航"] * 2


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
    with clock.stopped_at(clock.now() + timedelta(minutes=1)):  # frozen in the same second, the same is the same
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
    whole = Image.open(io.BytesIO(picture(page_of(inked, settings, leader))))
    places = {code.text.split()[-1]: code.position for code in zxingcpp.read_barcodes(whole)}
    half = io.BytesIO()
    whole.crop((0, 0, whole.width, places["admin_leader"].top_left.y)).save(half, "PNG")
    with pytest.raises(CaseworkError, match="另一个签字位"):
        hand_in(inked, settings, office.admin_leader, half.getvalue(), slot="admin_leader")
    assert standing_paper(inked, "party_leader") is None


def archive():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("scan.txt", "no scan")
    return made.getvalue()


BAD_SCANS = (
    (b"", "空的"),
    (b"GIF89a not a scan at all", "内容不是 PDF"),
    (b"%PDF-1.7\n1 0 obj\n<<>>\n%%EOF\n", "打不开"),
    (b"%PDF-1.7\n1 0 obj\n<<>>\n", "被截断"),
    (b"PK\x03\x04" + b"\x00" * 300, "已损坏"),
    (archive(), "不是 PDF、JPEG 或 PNG"),
)


def test_what_is_no_scan_is_refused_and_nothing_is_kept(office, inked, settings):
    for content, sentence in BAD_SCANS:
        with pytest.raises(CaseworkError, match=sentence):
            hand_in(inked, settings, office.party_leader, content)
    with pytest.raises(CaseworkError, match="没有上传签字件"):
        sign(inked, "party_leader", office.party_leader)
    assert (standing_paper(inked, "party_leader"), inked.signatures, inked.state) == (None, [], "frozen")


def test_a_scan_that_is_gone_or_damaged_is_confirmed_by_nobody(office, inked, settings):
    paper = hand_in(inked, settings, office.party_leader, picture(page_of(inked, settings, office.party_leader)))
    stored = settings.files_dir / paper.file.sha256[:2] / paper.file.sha256
    whole = stored.read_bytes()
    for spoil, sentence in ((stored.unlink, "不在存储中"), (lambda: stored.write_bytes(whole[:-9]), "打不开")):
        spoil()
        with pytest.raises(Conflict, match=f"{paper.file.sha256} {sentence}.*LC24-R1"):
            sign(inked, "party_leader", office.party_leader, paper=paper.ref)
    assert inked.signatures == []
    stored.write_bytes(whole)
    assert sign(inked, "party_leader", office.party_leader, paper=paper.ref).signature.grade == 2


def test_a_page_is_drawn_before_the_report_is_held_and_what_changed_meanwhile_refuses_it(
    office, inked, settings, monkeypatch
):
    page, order = picture(page_of(inked, settings, office.party_leader)), []

    def looked_at(*_, **__):
        order.append("look")
        inked.manifest_hash = "0" * 64
        return "code"

    def held(report):
        order.append("hold")
        lock_report(report)

    monkeypatch.setattr("casework.operations.hand_in_paper._bind", looked_at)
    monkeypatch.setattr("casework.operations.hand_in_paper.lock_report", held)
    with pytest.raises(Conflict, match="有变化"):
        hand_in(inked, settings, office.party_leader, page)
    assert (order, db.session.query(SignedPaper).count()) == (["look", "hold"], 0)


def test_of_a_scan_one_page_is_drawn_at_a_time_by_one_thread_and_all_together_stay_small(monkeypatch):
    drawn = []

    def read(page):
        assert ONE_AT_A_TIME.locked()
        assert [earlier for earlier, _ in drawn if earlier() is not None] == []
        drawn.append((weakref.ref(page), page.width * page.height))
        return []

    monkeypatch.setattr("casework.reports.signing.scans.zxingcpp.read_barcodes", read)
    document = pypdfium2.PdfDocument.new()
    for _ in range(3):
        document.new_page(14_400, 14_400)
    target = io.BytesIO()
    document.save(target)
    document.close()
    assert marks_on(target.getvalue(), media_type="application/pdf", name="大图.pdf") == ()
    dots = [dots for _, dots in drawn]
    assert (len(dots), sum(dots) < MOST_PIXELS * 1.01) == (3, True)
    assert not ONE_AT_A_TIME.locked()


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
