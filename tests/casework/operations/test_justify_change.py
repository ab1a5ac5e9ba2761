"""A genuine late change: the owner gives reason and paper, somebody else accepts, and the seal says the new value."""

import re

import pytest
from sqlalchemy import select

from casework import journal
from casework.cases.drift_queries import get_change, get_drift
from casework.cases.drifts import JustifiedChange
from casework.cases.models import Evidence, Move
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid
from casework.filing.whole_seals import seal_faults
from casework.operations.justify_change import decide_change, justify_change, justify_drift
from casework.storage import FileRefused
from tests.casework.factories import make_person
from tests.casework.operations.drifting import case, concluded, drifts, later, logged, record, registered, seals
from tests.casework.sample_university import INVESTIGATORS, SUPERVISOR, graduate, officer, open_university, organisation
from tests.support.statements import statements_of

PAPER = {"name": "劳动合同.pdf", "content": b"%PDF-1.4\n1 0 obj\n%%EOF\n"}
HIRED = {"毕业去向类别代码": "11"}


@pytest.fixture(autouse=True)
def _university(app, settings, tmp_path):
    open_university()
    registered(tmp_path, settings, 1, 2)


def owner():
    return officer(INVESTIGATORS[0])


def announced(number, settings, **values):
    with unit_of_work():
        return justify_change(
            case(number),
            record=record(1),
            values=values or {"destination_code": "11"},
            reason="八月十五日签订劳动合同",
            actor=owner(),
            settings=settings,
            **PAPER,
        ).ref


def asked(ref):
    return db.session.scalars(select(JustifiedChange).filter_by(ref=ref)).one()


def decide(ref, *, accept=True, actor=None):
    with unit_of_work():
        decide_change(asked(ref), accept=accept, actor=actor or officer(SUPERVISOR))


def test_a_change_that_was_accepted_beforehand_is_no_drift_when_it_comes_and_the_old_seal_stays(settings, tmp_path):
    number = concluded(1, state="filed")
    decide(announced(number, settings))
    old, new = seals(number)
    assert (old.values["destination_code"], new.values["destination_code"]) == ("10", "11")
    assert old.lifted_at is not None
    assert new.waiting == {"destination_code": "10"}
    assert list(seal_faults()) == [], "the new seal is in the journal"
    assert later(tmp_path, settings, graduate(1, 手机号="13912345678"), name="a.csv")["drifts"] == 0
    assert later(tmp_path, settings, graduate(1, **HIRED), name="b.csv")["drifts"] == 0
    assert later(tmp_path, settings, graduate(1, **HIRED, 手机号="13912345678"), name="c.csv")["drifts"] == 0
    assert case(number).state == "filed"
    told = [move.action for move in db.session.scalars(select(Move).filter_by(case_id=case(number).id))]
    assert told[-2:] == ["ask_justify", "justify"]
    assert later(tmp_path, settings, graduate(1, 毕业去向类别代码="70"), name="d.csv")["drifts"] == 1


def test_a_change_that_was_refused_or_waits_is_a_drift_when_it_comes(settings, tmp_path):
    number = concluded(1)
    decide(announced(number, settings), accept=False)
    announced(number, settings)
    assert later(tmp_path, settings, graduate(1, **HIRED))["drifts"] == 1
    assert drifts()[0].state == "reopened"


def test_a_drift_is_answered_and_the_seals_that_still_stand_move(settings, tmp_path):
    number = concluded(1, 2, kind="employer", state="filed")
    later(tmp_path, settings, graduate(1, **HIRED))
    (drift,) = drifts()
    with unit_of_work():
        drifts()[0].asks.owner_id = owner().id
    with unit_of_work():
        ref = justify_drift(drifts()[0], reason="迟到的落实", actor=owner(), settings=settings, **PAPER).ref
    assert db.session.scalars(select(Evidence).filter_by(case_id=drift.asks_id)).one().file_id == asked(ref).file_id
    decide(ref)
    assert drifts()[0].state == "justified"
    assert case(number).state == "filed"
    assert seals(number)[-1].values["destination_code"] == "11"
    assert later(tmp_path, settings, graduate(1, **HIRED, 手机号="13912345678"), name="b.csv")["drifts"] == 0
    with pytest.raises(Conflict) as said, unit_of_work():
        justify_drift(drifts()[0], reason="再次", actor=owner(), settings=settings, **PAPER)
    assert said.value.code == "already_justified"


def test_a_reason_for_a_part_of_a_question_leaves_it_open_and_nothing_asks_it_twice(settings, tmp_path):
    number = concluded(1, 2, kind="employer", state="filed")
    hired = HIRED | {"签约日期": "2024-08-19"}
    later(tmp_path, settings, graduate(1, **hired), name="a.csv")
    decide(announced(number, settings, destination_code="11"))
    assert (seals(number)[-1].values["destination_code"], drifts()[0].justified_at) == ("11", None)
    assert later(tmp_path, settings, graduate(1, **hired, 手机号="13912345678"), name="b.csv")["drifts"] == 0
    with unit_of_work():
        drifts()[0].asks.owner_id = owner().id
    with unit_of_work():
        ref = justify_drift(drifts()[0], reason="迟到的落实", actor=owner(), settings=settings, **PAPER).ref
    decide(ref)
    (drift,) = drifts()
    assert (seals(number)[-1].values["signing_date"], drift.state) == ("2024-08-19", "justified")


def test_the_cases_concerned_are_held_before_what_hangs_on_them(settings, tmp_path):
    number = concluded(1, 2, kind="employer", state="filed")
    later(tmp_path, settings, graduate(1, **HIRED))
    ref, change = drifts()[0].ref, announced(number, settings, signing_date="2024-08-19")
    for find, table in ((lambda: get_drift(ref, officer(SUPERVISOR), lock=True), "drifts"),
                        (lambda: get_change(change, officer(SUPERVISOR), lock=True), "justified_changes")):  # fmt: skip
        with unit_of_work(), statements_of() as made:
            find()
        held = [found for text in made for found in re.findall(r"FOR UPDATE OF (\w+)", text)]
        assert held == ([] if db.engine.dialect.name == "sqlite" else ["cases", table])


def test_the_log_of_a_change_that_was_accepted_asks_nothing(settings, tmp_path):
    number = concluded(1)
    decide(announced(number, settings))
    entry = (1, "10", "11", "F0154", "辅导员", "2024-08-20 10:12:00", "")
    assert logged(tmp_path, settings, entry)["drifts"] == 0


REFUSED = [
    ("somebody else than the owner", {"actor": INVESTIGATORS[1]}, Forbidden),
    ("no reason", {"reason": " "}, Invalid),
    ("a field that is not sealed", {"values": {"pay": "9000"}}, Invalid),
    ("what is sealed already", {"values": {"destination_code": "10"}}, Invalid),
    ("no paper", {"content": b""}, FileRefused),
    ("a registration of another case", {"record": 2}, Invalid),
]


def test_what_is_no_justification_is_refused_and_leaves_nothing(settings):
    number = concluded(1)
    head = journal.head(organisation().id)
    for what, changed, error in REFUSED:
        given = {"record": 1, "values": {"destination_code": "11"}, "reason": "迟到的落实", **PAPER} | changed
        actor, of = officer(given.pop("actor", INVESTIGATORS[0])), given.pop("record")
        with pytest.raises(error), unit_of_work():
            justify_change(case(number), record=record(of), actor=actor, settings=settings, **given)
        assert db.session.query(JustifiedChange).count() == 0, what
    assert journal.head(organisation().id) == head


def test_nobody_decides_about_their_own_reason_and_nobody_twice(settings):
    number = concluded(1)
    ref = announced(number, settings)
    with pytest.raises(Conflict), unit_of_work():
        justify_change(
            case(number), record=record(1), values={"destination_code": "12"}, reason="另", actor=owner(),
            settings=settings, **PAPER,
        )  # fmt: skip
    with unit_of_work():
        counsellor = make_person("supervisor", organisation(), name="余舒")
        record(1).revision.counsellor = counsellor.name
        login = counsellor.login
    for who in (INVESTIGATORS[0], login):
        with pytest.raises(Forbidden):
            decide(ref, actor=officer(who))
    assert asked(ref).decided_at is None
    decide(ref)
    with pytest.raises(Conflict):
        decide(ref)
    assert len(seals(number)) == 2
