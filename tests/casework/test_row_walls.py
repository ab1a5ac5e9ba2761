"""Behind the queries stands a second wall: a question that forgets the scope finds nothing of other organisations.

Every question here is naive on purpose. On SQLite there is no such wall, and the
same questions find everything: what the queries alone are for, and what the
policies change.
"""

from dataclasses import dataclass

import pytest
from flask import Response
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from casework import asking
from casework.asking import EVERYTHING, NOTHING, Reach, reaching, standing_for
from casework.cases.models import Case, Move, Verification
from casework.db import db
from casework.doors.sessions import open_to_all
from casework.doors.unit import unit_of_work
from casework.errors import Forbidden
from casework.intake.models import Record, Revision
from casework.leads.models import Lead, LeadStep
from casework.people.actors import actor_of
from casework.people.models import Organisation
from casework.people.reach import reach_of
from casework.reports.models import Report
from casework.screening.models import Finding
from tests.casework.factories import (
    NOON,
    make_case,
    make_finding,
    make_organisation,
    make_person,
    make_round,
    make_tree,
)
from tests.casework.web.visitor import browser_of
from tests.support.databases import as_owner
from workflows.access import SYSTEM

HERE, BESIDE, ELSEWHERE, ABOVE = "here", "beside", "elsewhere", "above"
EVERY = {HERE, BESIDE, ELSEWHERE, ABOVE}
HOLD = {"cases": Case, "findings": Finding, "records": Record, "leads": Lead, "reports": Report}


@dataclass(frozen=True)
class World:
    """Two universities of one province, one of another, the province itself: in each a thing of every kind."""

    places: dict[str, Organisation]
    seats: dict[str, Organisation]


@pytest.fixture
def world(app):
    with unit_of_work():
        tree = make_tree()
        other = make_organisation("湖南省教育厅（演示）", "province", tree.ministry)
        places = {
            HERE: tree.university,
            BESIDE: make_organisation("江汉样本学院", "university", tree.province),
            ELSEWHERE: make_organisation("湘江样本大学", "university", other),
            ABOVE: tree.province,
        }
        for place in places.values():
            fill(place, make_round())
        seats = {name: getattr(tree, name) for name in ("ministry", "province", "university", "college", "discipline")}
    return World(places, seats)


def fill(place, round_):
    make_case(place, round_, state="corrected")
    make_finding(place, round_)
    db.session.add(Report(organisation_id=place.id, round_id=round_.id, number=1, drafted_by_id=make_person().id))
    lead = Lead(number=f"L-{place.id}", organisation_id=place.id, round_id=round_.id, channel="phone", received_at=NOON)
    lead.title, lead.content, lead.about = "反映", "内容", {}
    db.session.add(lead)
    db.session.flush()
    db.session.add(LeadStep(lead_id=lead.id, action="take", to_state="received"))


def walled():
    return db.engine.dialect.name == "postgresql"


def found(world, reach):
    """Return whose rows each naive question finds."""
    names = {place.id: name for name, place in world.places.items()}
    db.session.rollback()
    with standing_for(reach):
        seen = {
            kind: {names[each] for each in db.session.scalars(select(model.organisation_id))}
            for kind, model in HOLD.items()
        }
        hanging = {
            "cases": select(Case.organisation_id).join(Move, Move.case_id == Case.id),
            "records": select(Record.organisation_id).join(Revision, Revision.record_id == Record.id),
        }
        assert {kind: {names[each] for each in db.session.scalars(wanted)} for kind, wanted in hanging.items()} == {
            kind: seen[kind] for kind in hanging
        }
        for model, kind in ((Move, "cases"), (Verification, "cases"), (Revision, "records"), (LeadStep, "leads")):
            assert bool(db.session.scalar(select(func.count()).select_from(model))) == bool(seen[kind]), (model, kind)
    db.session.rollback()
    return seen


OF_PROVINCE = {HERE, BESIDE, ABOVE}
REACHES = (
    # role, seat, then what is found of cases (findings and records alike), leads, reports
    ("investigator", "university", {HERE}, {HERE}, {HERE}),
    ("investigator", "college", {HERE}, {HERE}, {HERE}),
    ("supervisor", "university", {HERE}, {HERE}, {HERE}),
    ("supervisor", "province", OF_PROVINCE, OF_PROVINCE, OF_PROVINCE),
    ("investigator", "ministry", EVERY, EVERY, EVERY),
    ("lead_officer", "university", {HERE}, {HERE}, {HERE}),
    ("lead_officer", "province", OF_PROVINCE, OF_PROVINCE, OF_PROVINCE),
    ("party_leader", "university", {HERE}, {HERE}, {HERE}),
    ("vice_leader", "province", OF_PROVINCE, OF_PROVINCE, OF_PROVINCE),
    ("discipline_officer", "discipline", {HERE}, {HERE}, {HERE}),
    ("auditor", "university", {HERE}, set(), {HERE}),
    ("auditor", "ministry", EVERY, set(), EVERY),
    ("administrator", "university", set(), set(), set()),
    ("administrator", "ministry", set(), set(), set()),
)


def test_a_naive_question_finds_each_person_their_own_organisations_and_no_others(world):
    for role, seat, cases, leads, reports in REACHES:
        with unit_of_work():
            person = make_person(role, world.seats[seat])
        expected = {"cases": cases, "findings": cases, "records": cases, "leads": leads, "reports": reports}
        if not walled():
            expected = dict.fromkeys(HOLD, EVERY)
        assert found(world, reach_of(actor_of(person))) == expected, (role, seat)


def test_a_visitor_finds_nothing_and_the_system_everything(world, app):
    assert found(world, NOTHING) == dict.fromkeys(HOLD, set() if walled() else EVERY)
    assert reach_of(SYSTEM) == asking.current() == EVERYTHING  # outside a request: jobs and commands
    assert found(world, asking.current()) == dict.fromkeys(HOLD, EVERY)
    with app.test_request_context("/"):
        assert asking.current() == NOTHING
        with reaching("leads", why="a test"):
            assert asking.current() == Reach(leads="*")
        asking.reach_further("records", why="a test")
        assert asking.current() == Reach(records="*")
    with app.test_request_context("/"):
        assert asking.current() == NOTHING  # of the request before nothing is left


def test_without_its_policy_the_wall_lets_everything_through(world):
    """The naive installation: policies that stand there and are not in force."""
    if not walled():
        return
    reach = Reach(cases=asking.of({world.places[HERE].id}))
    for disabled, count in ((False, 1), (True, 4)):
        if disabled:
            as_owner(db.session)
            db.session.execute(text("ALTER TABLE cases DISABLE ROW LEVEL SECURITY"))
            db.session.execute(text("SET LOCAL ROLE casework_pages"))
        with standing_for(reach):
            assert len(db.session.scalars(select(Case.id)).all()) == count
        db.session.rollback()


@pytest.fixture
def lonely(world, database):
    """Return an engine with a single connection, so that whoever comes next gets the one that was used before."""
    engine = create_engine(database, pool_size=1, max_overflow=0)
    asking.attach(engine)
    yield engine
    engine.dispose()


def left_over(engine):
    """Return what a connection out of the pool is told and sees before anybody has said anything."""
    lent = engine.raw_connection()
    cursor = lent.cursor()
    cursor.execute("SELECT current_setting('casework.cases', true), (SELECT count(*) FROM cases)")
    said, seen = cursor.fetchone()
    cursor.close()
    lent.close()
    return said or "", seen


def test_what_was_said_outlives_no_transaction_and_comes_back_after_a_savepoint(lonely):
    if not walled():
        return
    count = text("SELECT count(*) FROM cases")
    assert left_over(lonely) == ("", 0)  # who has said nothing sees nothing
    with standing_for(EVERYTHING):
        with lonely.begin() as connection:
            assert connection.scalar(count) == 4
        assert left_over(lonely) == ("", 0)  # after a commit
        with lonely.connect() as connection:
            assert connection.scalar(count) == 4
            connection.rollback()
            assert connection.scalar(count) == 4  # said anew in the next transaction
        assert left_over(lonely) == ("", 0)  # given back to the pool in the middle of a transaction
        with pytest.raises(DBAPIError), lonely.begin() as connection:
            connection.execute(text("SELECT count(*) FROM cases, nowhere"))
        assert left_over(lonely) == ("", 0)
        with lonely.begin() as connection:
            inner = connection.begin_nested()
            with standing_for(NOTHING):
                assert connection.scalar(count) == 0
            inner.rollback()
            assert connection.scalar(count) == 4
            with standing_for(NOTHING):
                inner = connection.begin_nested()
                with standing_for(EVERYTHING):
                    assert connection.scalar(count) == 4
                inner.rollback()
                assert connection.scalar(count) == 0  # what the savepoint took back is not believed
    with lonely.execution_options(isolation_level="AUTOCOMMIT").connect() as connection, standing_for(EVERYTHING):
        connection.scalar(count)
        assert connection.scalar(count) == 0  # without a transaction nothing can be said, so nothing is seen


def test_a_row_of_others_is_neither_made_nor_changed_nor_removed(world):
    if not walled():
        return
    here, beside = world.places[HERE], world.places[BESIDE]
    reach = Reach(cases=asking.of({here.id}), records="*")
    for deed in (
        lambda: make_case(beside, make_round(), records=[]),
        lambda: move_to(here, beside),
        lambda: db.session.add(Move(case_id=case_of(beside), action="open", to_state="flagged")),
    ):
        with pytest.raises(Forbidden, match="没有保存任何内容") as refused, standing_for(reach), unit_of_work():
            deed()  # or at the commit
        assert refused.value.code == "outside_the_wall"
    with standing_for(reach), unit_of_work():
        assert db.session.query(Case).filter_by(organisation_id=beside.id).delete() == 0
        assert db.session.query(Case).filter_by(organisation_id=beside.id).update({"title": "…"}) == 0
        db.session.query(Case).filter_by(organisation_id=here.id).update({"title": "改动"})
    assert [case.title for case in db.session.scalars(select(Case).order_by(Case.id))].count("改动") == 1
    with standing_for(reach), reaching("cases", why="a test", writes=True), unit_of_work():
        move_to(here, beside)
    assert len(found(world, Reach(cases=asking.of({here.id})))["cases"]) == 0


def case_of(place):
    with standing_for(EVERYTHING):
        return db.session.scalars(select(Case.id).filter_by(organisation_id=place.id)).one()


def move_to(here, there):
    db.session.scalars(select(Case).filter_by(organisation_id=here.id)).one().organisation_id = there.id


def test_a_page_that_forgets_the_scope_shows_nothing_of_others(app_with_doors, world):
    """The naive page, over HTTP: every door says for whom it asks, whatever the page itself forgets."""

    @open_to_all
    def naive():
        return ",".join(sorted(str(each) for each in db.session.scalars(select(Case.organisation_id))))

    @open_to_all
    def meddle():
        with unit_of_work():
            make_case(db.session.get(Organisation, world.places[BESIDE].id), make_round(), records=[])
        return Response("done")

    app_with_doors.add_url_rule("/naive", "naive", naive)
    app_with_doors.add_url_rule("/meddle", "meddle", meddle)
    with unit_of_work():
        person = make_person("investigator", world.places[HERE])
    everything = ",".join(sorted(str(each.id) for each in world.places.values()))
    signed_in, visitor = browser_of(app_with_doors, person), app_with_doors.test_client()
    for client, seen in (
        (signed_in, str(world.places[HERE].id)),
        (visitor, ""),
        (signed_in, str(world.places[HERE].id)),
    ):
        assert client.get("/naive").get_data(as_text=True) == (seen if walled() else everything)
    assert signed_in.get("/meddle").status_code == (403 if walled() else 200)
    with unit_of_work():
        assert len(db.session.scalars(select(Case.id)).all()) == (4 if walled() else 5)
