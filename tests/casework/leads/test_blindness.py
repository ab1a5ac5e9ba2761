"""What is about a body is not there for anybody of that body: whatever they open, ask or count is as if it were not.

Everything that each person can see is written down twice, before such leads and
cases exist and after; the two must be equal. Some of them are handled one level up,
as operations do it; some are left with the body itself, so that only blindness hides
them. The naive variant, scopes without blindness, must be caught in every way tried.
"""

import pytest
from sqlalchemy import delete, select

from casework import clock
from casework.cases.facts import conflicted_ids
from casework.cases.models import Case
from casework.cases.queries import get_case, get_cases
from casework.db import db
from casework.deadlines.hearers import Hearers
from casework.deadlines.ladder import ladder_of
from casework.doors.unit import unit_of_work
from casework.errors import NotFound
from casework.leads.models import Lead
from casework.leads.queries import get_lead, get_leads
from casework.notices import queries as notices
from casework.notices.models import Message, MessageEvent
from casework.notices.verdicts import verdict
from casework.operations.announce import announce
from casework.operations.api_tokens import make_token
from casework.operations.change_calendar import renew_calendar
from casework.operations.digest import digest
from casework.reports.models import Report
from casework.reports.queries import ready_for, still_open
from tests.casework.leads.bureau import NOON, acting
from tests.casework.leads.hidden import NUMBER, hidden_rows, hide, seen, town
from tests.casework.web.visitor import browser_of
from workflows.access import SYSTEM, Actor
from workflows.token_scopes import SCOPES

__all__ = ["town"]


@pytest.fixture
def app(app_with_doors):
    return app_with_doors


def test_for_those_of_the_body_everything_is_as_if_it_were_not(town):
    before = {role: seen(town, role) for role in town.inside}
    above = {role: seen(town, role) for role in town.above}
    hide(town)
    for role, known in before.items():
        now = seen(town, role)
        assert {way: value for way, value in now.items() if value != known[way]} == {}, role
    for role, way in (("above", "may case:read"), ("above", "board latest"), ("above_officer", "leads all")):
        assert len(seen(town, role)[way]) > len(above[role][way])


def test_scopes_without_blindness_are_caught_in_every_way(town, monkeypatch):
    before = {role: seen(town, role) for role in town.inside}
    hide(town)
    monkeypatch.setattr(Actor, "bodies", property(lambda _: frozenset()))
    caught = {way for role, known in before.items() for way, value in seen(town, role).items() if value != known[way]}
    ways = {way for known in before.values() for way in known}
    # Nothing of these kinds was made: no sample, nothing declined, asked, closed or sent down.
    unused = {f"leads{total} {name}" for total in ("", " total") for name in ("confirm", "asked", "closed", "upward")}
    assert ways - caught == unused | {"samples", "deliveries of case", "leads received", "leads total received"}


def test_by_number_it_is_not_found(town):
    hide(town)
    for role in town.inside:
        actor = acting(town.person(role))
        rows = hidden_rows()
        for number in rows["cases"]:
            with pytest.raises(NotFound):
                get_case(number, actor)
        for number in rows["leads"]:
            with pytest.raises(NotFound):
                get_lead(number, actor)
        assert get_cases(rows["cases"], actor) == get_leads(rows["leads"], actor) == []
    officer = acting(town.person("above_officer"))
    assert [get_lead(number, officer).number for number in rows["leads"]] == rows["leads"]
    supervisor = acting(town.person("above"))
    assert [get_case(number, supervisor).number for number in rows["cases"]] == rows["cases"]


def test_a_message_of_earlier_days_is_neither_shown_nor_opened_nor_counted(town):
    hide(town)
    for person_id in town.inside.values():
        for row in db.session.scalars(select(Message).filter_by(person_id=person_id, channel="inbox")):
            if row.kind not in {"case_found_late", "lead_assigned"} or not hides(row):
                continue
            with pytest.raises(NotFound):
                notices.get_message(row.ref, person_id=person_id)
        with unit_of_work():
            notices.mark_read(person_id)
    kept = [row for row in db.session.scalars(select(Message).filter_by(channel="inbox")) if hides(row)]
    assert kept
    assert {row.read_at for row in kept} == {None}


def test_what_waits_to_leave_stops_at_the_gate(town):
    hide(town)
    waiting = list(db.session.scalars(select(Message).where(Message.person_id.in_(town.inside.values()))))
    stopped = {"it is about the reader's own body"}
    found = [at_the_gate(message) for message in waiting if hides(message)]
    assert (len(found) > len(town.inside), {each.note for each in found}) == (True, stopped)
    assert stopped & {each.note for each in map(at_the_gate, waiting) if each} == stopped
    case = db.session.scalars(select(Case).where(Case.concerns_id.is_not(None)).limit(1)).one()
    case.concerns_id = None
    naive = [at_the_gate(message) for message in waiting if message.case_id == case.id]
    assert not stopped & {each.note for each in naive if each}


def at_the_gate(message: Message):
    return verdict(message, now=clock.now())


def hides(message: Message) -> bool:
    case = db.session.get(Case, message.case_id) if message.case_id else None
    lead = db.session.get(Lead, message.lead_id) if message.lead_id else None
    return any(each is not None and each.concerns_id is not None for each in (case, lead))


def test_nobody_of_the_body_is_told_whatever_their_office_elsewhere(town):
    hide(town)
    rows = hidden_rows()
    case = db.session.scalars(select(Case).where(Case.number.in_(rows["cases"]), Case.organisation_id.in_(
        [town.bureau.tree.province.id]
    ))).one()  # fmt: skip
    both, above = town.person("both"), town.person("above")
    with unit_of_work():
        announce("case_found_late", to=[both, above], subject=case, params={"case": case.number}, dedup="now")
    told = db.session.scalars(select(Message).where(Message.case_id == case.id, Message.channel == "inbox")).all()
    assert {row.person_id for row in told} == {above.id}
    ladder = ladder_of(case.round)
    for step in ladder.rungs:
        heard = Hearers().of(
            step.code, ladder=ladder, owner=None, organisation=case.organisation,
            conflicted=conflicted_ids(case), subject=case,
        )  # fmt: skip
        assert not {hearer.person.id for hearer in heard} & set(town.inside.values())


def test_the_digest_and_the_report_count_as_if_it_were_not(town):
    with clock.stopped_at(NOON), unit_of_work():
        digest(clock.today())
    before = digests()
    with unit_of_work():
        written = select(Message.id).filter_by(kind="digest")
        db.session.execute(delete(MessageEvent).where(MessageEvent.message_id.in_(written)))
        db.session.execute(delete(Message).where(Message.kind == "digest"))
    hide(town)
    with clock.stopped_at(NOON), unit_of_work():
        digest(clock.today())
    after = digests()
    for role in ("supervisor", "both"):
        assert after.get(town.inside[role]) == before.get(town.inside[role])
    report = Report(organisation_id=town.bureau.tree.university.id, round_id=town.bureau.round_.id)
    for number in hidden_rows()["cases"]:
        case = db.session.scalars(select(Case).filter_by(number=number)).one()
        if case.organisation_id != report.organisation_id:
            assert case.id not in ready_for(report)
            assert case not in still_open(report)


def digests():
    """Return what each digest says, without the heads: they cover every entry, and say of none what it is about."""
    rows = db.session.scalars(select(Message).filter_by(kind="digest"))
    return {row.person_id: {name: said for name, said in row.params.items() if name != "heads"} for row in rows}


def test_no_page_and_no_answer_of_the_service_names_it(town, app):
    with unit_of_work():
        owner = town.person("investigator")
        calendar = renew_calendar(owner, actor=acting(owner))
    hidden = hide(town)
    rules = sorted(rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments)
    ordinary = [f"/cases/{town.ordinary_case}", f"/leads/{town.ordinary_lead}", f"/calendar/{calendar}"]
    opened = 0
    for role in ("supervisor", "lead_officer", "administrator", "both"):
        browser = browser_of(app, town.person(role))
        with unit_of_work():
            token = make_token(town.person(role), name="program", actor=SYSTEM, scopes=tuple(SCOPES))
        browser.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        for address in (*rules, *ordinary):
            answer = browser.get(address)
            opened += answer.status_code == 200
            assert not hidden & set(NUMBER.findall(answer.text)), (role, address)
        for kind in ("/cases/", "/leads/", "/api/v1/cases/", "/api/v1/leads/"):
            nothing = browser.get(f"{kind}LC24-9999").status_code
            assert nothing in {403, 404}
            assert {browser.get(kind + number).status_code for number in hidden} == {nothing}
        for asked in ("/cases?q=", "/journal?subject="):
            answers = {number: browser.get(asked + number).text.count(number) for number in sorted(hidden)[:2]}
            nothing = browser.get(f"{asked}LC24-9999").text.count("LC24-9999")
            assert set(answers.values()) == {nothing}  # what was asked is said again, and nothing more
    assert opened > len(rules)
    above = browser_of(app, town.person("above_officer"))
    assert hidden & set(NUMBER.findall(above.get("/leads").text))
    assert {above.get(f"/leads/{number}").status_code for number in hidden_rows()["leads"]} == {200}
