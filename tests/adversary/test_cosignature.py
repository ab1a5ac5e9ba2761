"""The ways round the co-signature, each through the entrance that one would try: a sentence, a journal row, no more.

The signatures of a report are two acts of two persons. Whoever lets one of these
ways through has a report that is signed in nobody's name.
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import CaseworkError
from casework.filing.models import Filing
from casework.jobs import deadlines
from casework.journal import JournalEntry
from casework.operations.advance import advance
from casework.operations.api_tokens import make_token
from casework.operations.move_report import move_report
from casework.operations.receipt import receipt
from casework.operations.record_mandate import record_mandate
from casework.operations.send_report import send_report
from casework.people.actors import actor_of
from casework.people.models import Person
from casework.reports.models import Report, Signature
from tests.casework.factories import PASSWORD, appoint, make_case
from tests.casework.operations.reporting import drafted, frozen, make_office, prepare, sign
from tests.support.command_line import command_line
from workflows.access import SYSTEM
from workflows.errors import Refused
from workflows.token_scopes import SCOPES

__all__ = ["command_line"]

PARTY, ADMIN = "party_leader", "admin_leader"
REFUSED = "report:signature_refused"


@dataclass
class Town:
    """A university with a report that waits for its two signatures, and the entrances to try."""

    office: object
    settings: object
    client: object
    terminal: object

    @property
    def report(self):
        return db.session.query(Report).one()

    def person(self, who):
        return db.session.get_one(Person, getattr(self.office, who).id)

    def sign(self, slot, who, **changes):
        with unit_of_work():
            return sign(self.report, slot, self.person(who), **changes)


@pytest.fixture
def town(app_with_doors, settings, command_line):
    with unit_of_work():
        office = make_office()
        prepare(office)
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
        # the vice leader holds a mandate for either slot; the investigator who owns the case has been promoted
        for slot in (PARTY, ADMIN):
            record_mandate(
                organisation=office.organisation, round_=office.round_, slot=slot, delegate=office.vice_leader,
                principal=getattr(office, slot), valid_from=clock.today(), valid_to=clock.today(),
                document="授权〔2024〕3号", reason="外出开会", actor=actor_of(office.supervisor),
            )  # fmt: skip
        drafted(office)
    return Town(office, settings, app_with_doors.test_client(), command_line)


def freeze(town):
    with unit_of_work():
        frozen(town.office, town.settings)


def both_offices_without_paper(town):
    with unit_of_work():
        appoint(town.person(PARTY), ADMIN, town.report.organisation)
    town.sign(ADMIN, PARTY)


def delegate_again(town):
    town.sign(ADMIN, "vice_leader")


def before_the_freeze(town):
    town.sign(PARTY, PARTY, seen_hash="0" * 64)


def owner_signs(town):
    with unit_of_work():
        appoint(town.person("investigator"), PARTY, town.report.organisation)
    town.sign(PARTY, "investigator", password="never asked for")


def change_after_the_first(town):
    """Alter a dossier behind the service's back: the signature that comes next must see it."""
    with unit_of_work():
        case = db.session.query(Case).one()
        case.conclusion_note = "另一种说法"
    town.sign(ADMIN, ADMIN)


def in_bulk(town):
    with unit_of_work():
        for case in db.session.query(Case):
            advance(case, "sign_off", actor=actor_of(town.person("supervisor")))


def by_a_job(town):
    with unit_of_work():
        move_report(town.report, "sign", actor=SYSTEM)


def by_hand(town):
    with unit_of_work():
        move_report(town.report, "sign", actor=actor_of(town.person(PARTY)))


def by_the_api(town):
    with unit_of_work():
        token = make_token(town.person(PARTY), name="脚本", actor=actor_of(town.person(PARTY)), scopes=tuple(SCOPES))
    path, bearer = f"/api/v1/reports/{town.report.ref}", {"Authorization": f"Bearer {token}"}
    version = town.client.get(path, headers=bearer).headers["ETag"]
    given = {"slot": ADMIN, "typed_name": "康莹蕾", "password": PASSWORD, "seen_hash": town.report.manifest_hash}
    answer = town.client.post(f"{path}/signatures", json=given, headers=bearer | {"If-Match": version})
    raise Answered(answer.status_code, answer.json["detail"])


def at_the_terminal(town):
    words = ("--slot", ADMIN, "--name", "何诚航", "--password-stdin", "--as", town.person(PARTY).login)
    raise Answered(town.terminal.refused("report", "sign", "LC24-R1", *words, given=f"{PASSWORD}\n"))


def replayed(town):
    """Send the first signature once more, word for word."""
    town.sign(PARTY, PARTY)


def receipt_before_signature(town):
    with unit_of_work():
        report, officer = town.report, town.person("discipline_officer")
        delivery = Filing(report_id=report.id, capacity="discipline", recipient_id=town.office.tree.discipline.id)
        db.session.add(delivery)
        db.session.flush()
        receipt(delivery, number="鄂备1号", received_on=clock.today(), receiver="卢琼珊", actor=actor_of(officer))


def sent_unsigned(town):
    with unit_of_work():
        send_report(town.report, actor=actor_of(town.person("supervisor")))


class Answered(Exception):  # noqa: N818 - it carries what a program was told
    """What came back over the network."""


# what was tried, after the first signature or before, the sentence, and the row that stays in the journal
WAYS = (
    ("the same person in both slots", "first", both_offices_without_paper, "一肩挑", REFUSED),
    ("a delegate for both", "by the delegate", delegate_again, "代签人不能同时签", REFUSED),
    ("the owner of a case", "frozen", owner_signs, "经办人", REFUSED),
    ("before the freeze", "drafted", before_the_freeze, "不在待签字状态", REFUSED),
    ("changed after the first", "first", change_after_the_first, "固定后有改动", REFUSED),
    ("in bulk", "first", in_bulk, "。", "case:sign_off_refused"),
    ("over the API for the other", "first", by_the_api, "不是本单位的", REFUSED),
    ("by a job", "first", by_a_job, "还缺签字", "report:sign_refused"),
    ("at the terminal for the other", "first", at_the_terminal, "不是本单位的", REFUSED),
    ("by hand", "first", by_hand, "不能手工办理", "report:sign_refused"),
    ("the same request again", "first", replayed, "已经签字", REFUSED),
    ("a receipt before the signatures", "first", receipt_before_signature, "。", "filing:receipt_refused"),
    ("delivered unsigned", "first", sent_unsigned, "尚未签字完毕", "filing:deliver_refused"),
)  # fmt: skip


def stage(town, wanted):
    if wanted == "drafted":
        return
    freeze(town)
    if wanted == "first":
        town.sign(PARTY, PARTY)
    if wanted == "by the delegate":
        town.sign(PARTY, "vice_leader")


@pytest.mark.parametrize("way", WAYS, ids=[way[0] for way in WAYS])
def test_no_way_round_the_second_signature(town, way):
    _, wanted, attempt, sentence, row = way
    stage(town, wanted)
    signed = [each.slot for each in db.session.query(Signature)]
    state = town.report.state
    with pytest.raises((CaseworkError, Refused, Answered), match=sentence) as refused:
        attempt(town)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said(refused.value))
    db.session.expire_all()
    assert (town.report.state, [each.slot for each in db.session.query(Signature)]) == (state, signed)
    assert {each.state for each in db.session.query(Case)} == {"corrected"}
    entries = db.session.query(JournalEntry).filter_by(action=row).all()
    assert [entry.facts["reasons"] != [] for entry in entries] == [True]


def test_no_timeout_signs(town):
    stage(town, "first")
    with clock.stopped_at(clock.now() + timedelta(days=400)):
        deadlines.fire()
        db.session.expire_all()
        assert (town.report.state, town.report.signed_at) == ("frozen", None)
        assert [each.slot for each in db.session.query(Signature)] == [PARTY]


def said(refusal):
    if isinstance(refusal, Refused):
        return "".join(each.message for each in refusal.refusals)
    return str(refusal)
