"""A demonstration: the sample university brought in through the ordinary operations, and nothing else.

It lives in its own time. The files came in and the cases were opened on Friday
26 July 2024, the desk has begun and concluded some of them, and its clock runs
from Tuesday 30 July, 10:24 in Beijing, four working days before the university's
deadline. Leads came in until then and everybody who wrote before Monday has had a first
reply. It sends to the inbox, the console and the simulator gateway only.
"""

import csv
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Select, func, select

from casework import clock
from casework.cases import queries as cases
from casework.cases.lead_facts import lead_facts
from casework.cases.models import Case
from casework.config import DEMO_PASSWORD, Settings
from casework.db import db
from casework.demo_campaign import NAME, let_a_wave_pass
from casework.doors.unit import unit_of_work
from casework.jobs import intake
from casework.leads.models import Lead
from casework.operations.advance import advance
from casework.operations.assign import share_out
from casework.operations.confirm_batch import confirm_batch
from casework.operations.import_organisations import import_organisations
from casework.operations.import_people import import_people
from casework.operations.log_verification import log_verification
from casework.operations.move_lead import move_lead
from casework.operations.open_cases import open_cases
from casework.operations.open_round import open_round
from casework.operations.passwords import set_password
from casework.operations.reply_lead import answer_reporter, reply_upward, report_upward
from casework.operations.screen import screen
from casework.operations.take_file import take_file
from casework.people import queries as people
from casework.people.actors import actor_of
from casework.people.models import Organisation, Person
from casework.reports.signing.authority import found_demonstration
from casework.rounds import queries as rounds
from workflows.access import SYSTEM, Actor
from workflows.lead import final_reply_refusals

SAMPLE = Path(__file__).parent / "demo_data" / "university"
STARTS_AT = datetime(2024, 7, 30, 10, 24, tzinfo=clock.BEIJING)
NOTICE, FRIDAY, MONDAY = (datetime(2024, 7, day, 9, 0, tzinfo=clock.BEIJING) for day in (23, 26, 29))
BEGUN, CONCLUDED = 14, 6  # cases a person has begun on Friday, and of them concluded on Monday
PASSWORD = DEMO_PASSWORD
UNIVERSITY, ROUND = "ORG0201", "2024"
SUPERVISOR, REVIEWER, LEADER, ADMINISTRATOR = "U013", "U014", "U018", "U026"
DESK = ("U001", "U002", "U003", "U004", "U005", "U006")
FILES = (
    "graduates_2024.xlsx",
    "employer_register.csv",
    "operators.csv",
    "change_log.csv",
    "proofs/manifest.csv",
    "confirmations/confirm_2024-07-25.csv",
)
MINIMUM_WAGES = "local_min_wage.csv"
LEADS, LEAD_OFFICER = "leads.csv", "U017"
SETTLED_UPWARD = "已核实，结果和处理意见已书面报送。"
ACKNOWLEDGED = "已收悉并受理，正在核实，查明后答复。"
LEADERS = ("U018", "U019", "U028", "U022", "U023")
"""Who signs here or above: the demonstration's authority gives each of them a key."""
LOGINS = (
    ("U001", "investigator"),
    ("U013", "supervisor"),
    ("U014", "supervisor"),
    ("U017", "lead_officer"),
    ("U030", "lead_officer"),
    ("U031", "lead_officer"),  # of the province: what is about the university goes there
    ("U018", "party_leader"),
    ("U019", "admin_leader"),
    ("U020", "discipline_officer"),
    ("U021", "supervisor"),
    ("U026", "administrator"),
    ("U027", "auditor"),
)

SAID = (
    ("phone", "graduate", "先请毕业生自述去向，再核对登记内容：本人称在该单位工作，能说出岗位和直属主管。"),
    ("letter", "employer", "单位书面回复：确有此人，附在岗证明。"),
)

Say = Callable[[str], None]


def offset() -> timedelta:
    """Return how far the demonstration's time lies from the machine's when it starts now."""
    return STARTS_AT - datetime.now(clock.UTC)


def is_loaded() -> bool:
    """Say whether this database holds anybody already."""
    return bool(db.session.scalar(select(func.count()).select_from(Person)))


def load(settings: Settings, *, say: Say, with_cases: bool = True) -> None:
    """Bring the sample university in: organisations, people, round, files; screen it and open its cases."""
    with clock.stopped_at(NOTICE), unit_of_work():
        open_round(shipped=ROUND, actor=SYSTEM)
        import_organisations(_rows("organisations.csv"), actor=SYSTEM)
        import_people(_rows("users.csv"), actor=SYSTEM)
    with unit_of_work():
        for login, _ in LOGINS:
            set_password(_person(login), password=PASSWORD, actor=SYSTEM)
        for login in (*DESK[1:], "U007", "U028", "U015", "U016", "U022", "U023", "U024", "U025"):
            set_password(_person(login), password=PASSWORD, actor=SYSTEM)
        leaders = [(login, _person(login).name) for login in LEADERS]
    found_demonstration(settings.demo_authority_dir, names=leaders, at=STARTS_AT)
    if not with_cases:
        return
    with clock.stopped_at(FRIDAY):
        say(MINIMUM_WAGES)
        bring_in(SAMPLE / MINIMUM_WAGES, file_name=MINIMUM_WAGES, actor=_actor(ADMINISTRATOR), settings=settings)
        for name in FILES:
            say(name)
            bring_in(SAMPLE / name, file_name=Path(name).name, actor=_actor(SUPERVISOR), settings=settings)
        with unit_of_work():
            run = screen(organisation=_university(), round_=rounds.get_round(ROUND), actor=_actor(SUPERVISOR))
            open_cases(run, actor=_actor(SUPERVISOR))
            share_out(_unassigned(), among=[_person(login) for login in DESK], actor=_actor(SUPERVISOR))
    _begin_and_conclude()
    say(LEADS)
    with clock.stopped_at(STARTS_AT - timedelta(hours=1)):
        _take_leads(settings)
    say(NAME)
    colleges = sorted(people.colleges_of(_university().id))
    let_a_wave_pass(
        _university(),
        rounds.get_round(ROUND),
        drafter=_actor(SUPERVISOR),
        approver=_actor(LEADER),
        colleges=colleges,
        base_url=settings.base_url,
    )


def _unassigned() -> Sequence[Case]:
    """Return what screening has opened, and what denials had opened before it."""
    return db.session.scalars(select(Case).filter_by(owner_id=None).order_by(Case.id)).all()


def _begin_and_conclude() -> None:
    """Let two days of work pass: the gravest cases begun, some verified and concluded, half of those reviewed."""
    reviewed = 0
    for login in DESK:
        numbers = list(db.session.scalars(_desk_of(_person(login)).limit(BEGUN)))
        for at, number in enumerate(numbers):
            with clock.stopped_at(FRIDAY + timedelta(hours=5, minutes=3 * at)), unit_of_work():
                advance(_case(number), "begin", actor=_actor(login))
        for at, number in enumerate(_settled(numbers)):
            with clock.stopped_at(MONDAY + timedelta(minutes=17 * at)), unit_of_work():
                _verify_and_conclude(number, actor=_actor(login))
            if at % 2 == 0:
                reviewed += 1
                with clock.stopped_at(MONDAY + timedelta(hours=6, minutes=reviewed)), unit_of_work():
                    advance(_case(number), "accept", actor=_actor(REVIEWER))


def _take_leads(settings: Settings) -> None:
    """Bring in the leads that have come by now, and give those from before Monday their first replies."""
    officer = _actor(LEAD_OFFICER)
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as kept:
        rows = [row for row in _rows(LEADS) if row["received_at"] < f"{clock.now().astimezone(clock.BEIJING)}"]
        writer = csv.DictWriter(kept, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        kept.flush()
        bring_in(Path(kept.name), file_name=LEADS, actor=officer, settings=settings)
    with unit_of_work():
        for lead in db.session.scalars(select(Lead).where(Lead.received_at < MONDAY).order_by(Lead.id)):
            move_lead(lead, "accept", actor=officer)
            answer_reporter(lead, words=ACKNOWLEDGED, actor=officer)
            if lead.reply_upward_by is not None:
                report_upward(lead, words=ACKNOWLEDGED, actor=officer)
                if lead.reply_upward_by < MONDAY and not final_reply_refusals(lead_facts(lead)):
                    reply_upward(lead, words=SETTLED_UPWARD, actor=officer)


def _settled(numbers: list[str]) -> list[str]:
    """Return the cases that two days were enough for; a graduate who denies everything takes longer."""
    return [number for number in numbers if _case(number).rule != "graduate_denies"][:CONCLUDED]


def _verify_and_conclude(number: str, *, actor: Actor) -> None:
    case = _case(number)
    for method, evidence_class, note in SAID:
        log_verification(
            case,
            method=method,
            evidence_class=evidence_class,
            result="supports",
            note=note,
            actor=actor,
            supplied_by=evidence_class,
        )
    advance(case, "conclude", actor=actor, conclusion="unfounded", note="两方说法一致，与登记相符，疑点已排除。")


def _desk_of(person: Person) -> Select[str]:
    return (
        select(Case.number)
        .where(Case.owner_id == person.id, Case.kind == "record")
        .order_by(Case.severity_rank.desc(), Case.number)
    )


def _case(number: str) -> Case:
    return cases.get_case(number, SYSTEM, lock=True)


def bring_in(path: Path, *, file_name: str, actor: Actor, settings: Settings) -> None:
    """Take one file in, stage it and write it."""
    with unit_of_work():
        batch = take_file(
            organisation=_university(),
            round_=rounds.get_round(ROUND),
            file_name=file_name,
            source=path,
            actor=actor,
            settings=settings,
        )
        ref = batch.ref
    intake.stage_batch("", batch=ref)
    with unit_of_work():
        confirm_batch(batch, actor=actor, settings=settings)


def _rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def _person(login: str) -> Person:
    found = people.find_person(login)
    if found is None:
        raise LookupError(login)
    return found


def _actor(login: str) -> Actor:
    return actor_of(_person(login))


def _university() -> Organisation:
    return people.get_organisation(UNIVERSITY)
