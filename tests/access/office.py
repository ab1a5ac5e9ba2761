"""An office with a thing of every kind that an address can name, and the facts by which the policy judges it.

Whatever is tried belongs to the university `own`, so that every other body stands
in some relation to it. `Thing.facts` are what the policy is asked with; they are
written down here and not read from the service, which is what is tried.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from casework import promises
from casework.campaigns.models import ContactTask
from casework.cases.drifts import Drift, JustifiedChange
from casework.cases.models import Case, Correction, Evidence, Hold
from casework.cases.oversight import Consequence, SpotCheck, SpotChecked
from casework.cases.samples import Sample
from casework.db import db, new_ref
from casework.filing.models import Filing, Upload
from casework.leads.models import LeadFile
from casework.notices.models import Message
from casework.operations.add_lead_file import add_lead_file, clean
from casework.operations.contact_tasks import Unreached, open_tasks
from casework.operations.draft_campaign import draft_campaign
from casework.operations.link_lead import write_link
from casework.operations.promise_look import LOOK
from casework.operations.take_lead import take_lead
from casework.people.actors import actor_of, path_of
from casework.people.models import ApiToken, Person
from casework.reports.models import Measure, Report
from casework.rounds.models import Round
from casework.screening.sampling import Design
from tests.access.bodies import Staff, make_staff
from tests.access.office_rights import add_rights
from tests.casework.factories import (
    NOON,
    PASSWORD,
    Tree,
    add_correction,
    add_verification,
    make_batch,
    make_case,
    make_person,
    make_record,
    make_round,
    make_run,
)
from tests.casework.operations.drifting import questioned
from tests.casework.operations.reporting import Office, delivered, give_evidence, prepare
from workflows.access import Role

PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"
PLAIN, SEALED, ELSEWHERE = "plain", "sealed", "other college"
CONDUCT, SIGNED, ABOUT_OWN = "conduct", "signed", "subject"


@dataclass(frozen=True)
class Thing:
    """What an address names: its parts, the facts of the policy, and whose it is where it is somebody's own."""

    kind: str
    parts: dict[str, str]
    facts: dict[str, Any] = field(default_factory=dict)
    whose: str = ""
    variant: str = PLAIN


@dataclass
class Tried:
    """The whole: people, the round, and the things by kind."""

    staff: Staff
    round_: Round
    things: dict[str, list[Thing]] = field(default_factory=dict)

    def add(self, kind: str, parts: dict[str, str], **rest: Any) -> None:
        """Keep one more thing."""
        self.things.setdefault(kind, []).append(Thing(kind, parts, **rest))


def make_tried(settings) -> Tried:
    """Make the office; everything is added to the session, nothing committed."""
    staff = make_staff()
    made = Tried(staff, make_round())
    own = path_of(staff.bodies["own"])
    report = _add_report(made, settings)
    for variant, case in _cases(made):
        _fill_case(case, staff, settings)
        facts = {"kind": case.kind, "state": case.state, "sealed": case.sealed and case.owner_id is None}
        path, college, concerns = path_of(case.organisation), case.college_id, case.concerns_id
        facts |= {"organisation_path": path, "college_id": college, "concerns_id": concerns}
        facts |= {"delivered": case.delivered_at is not None}
        whose = next((name for name, person in staff.people.items() if person is case.owner), "")
        made.add("case", _parts_of_case(case), facts=facts, variant=variant, whose=whose)
        made.add("body:case", {"case": case.number}, facts=facts, variant=variant)
    _add_leads(made, settings)
    _add_drift(made, staff)
    _add_work(made, staff, report)
    _add_own(made, staff)
    for kind in ("organisation", "body:organisation", "query:organisation"):
        code = staff.bodies["own"].code
        made.add(kind, {"code": code, "organisation": code}, facts={"organisation_path": own})
    highest = {"highest": staff.bodies["ministry"].id}
    made.add("round", {"code": made.round_.code}, facts=highest)
    place = {"code": staff.bodies["own"].code, "round_code": made.round_.code, "clause": "N1.1"}
    made.add("place", place, facts={"organisation_path": own})
    made.add("service", {"code": "email", "task": "sweep"}, facts=highest)
    made.add("mailbox", {}, facts={"organisation_path": own})
    add_rights(made)
    return made


def _cases(made: Tried) -> Iterator[tuple[str, Any]]:
    """Yield a case of each kind of standing that the policy tells apart."""
    bodies, staff = made.staff.bodies, made.staff
    owner, college = staff.person(Role.INVESTIGATOR, "own"), bodies["college"]
    common = {"college_id": college.id, "state": "investigating"}
    of_office = (bodies["own"], made.round_)
    yield PLAIN, make_case(*of_office, owner=owner, **common)
    yield SEALED, make_case(*of_office, **common | {"sealed": True, "state": "flagged"})
    yield ELSEWHERE, make_case(*of_office, owner=owner, **common | {"college_id": bodies["other_college"].id})
    yield CONDUCT, make_case(*of_office, owner=owner, **common | {"kind": "conduct"})
    yield SIGNED, db.session.query(Case).filter_by(state="signed_off").first()
    at_province = (bodies["province"], made.round_)
    above = staff.person(Role.INVESTIGATOR, "province")
    yield (
        ABOUT_OWN,
        make_case(*at_province, owner=above, **common | {"college_id": None, "concerns_id": bodies["own"].id}),
    )


def _fill_case(case, staff: Staff, settings) -> None:
    """Give a case a part of every kind that an address below it names."""
    asked = staff.person(Role.SUPERVISOR, "own")
    office = type("Desk", (), {"investigator": staff.person(Role.INVESTIGATOR, "own")})
    give_evidence(case, office, settings, content=PDF + case.number.encode())
    add_verification(case, by=asked)
    add_correction(case, by=asked)
    case.holds.append(Hold(reason="等待用人单位复函", asked_by_id=asked.id, until_on=date(2024, 8, 30)))
    said = {"code": "talk", "decided_by": "学校", "decided_on": date(2024, 8, 1), "document": "校纪〔2024〕1号"}
    db.session.add(Consequence(ref=new_ref(), case=case, recorded_by=asked, **said))
    db.session.flush()


def _parts_of_case(case) -> dict[str, str]:
    evidence = db.session.query(Evidence).filter_by(case_id=case.id).first()
    correction = db.session.query(Correction).filter_by(case_id=case.id).first()
    hold = db.session.query(Hold).filter_by(case_id=case.id).first()
    consequence = db.session.query(Consequence).filter_by(case_id=case.id).first()
    return {
        "number": case.number,
        "record": case.records[0].record.ref,
        "evidence": evidence.ref,
        "correction": correction.ref,
        "hold": hold.ref,
        "consequence": consequence.ref,
        "index": "0",
    }


def _add_leads(made: Tried, settings) -> None:
    bodies, staff = made.staff.bodies, made.staff
    given = {"round": made.round_, "received_at": NOON, "title": "反映扣发证书", "named": True}
    given |= {"content": "没有交三方协议的同学被告知证书暂缓领取，班里有七个人至今没有拿到学位证书。"}
    given |= {"channel": "UNIV_PHONE", "reporter": {"name": "高艳彩", "phone": "13800006021"}}
    for variant, where, values in (
        (PLAIN, "own", {"scope": "record"}),
        (CONDUCT, "own", {"scope": "conduct"}),
        (ABOUT_OWN, "province", {"scope": "conduct", "concerns_id": bodies["own"].id}),
    ):
        officer = actor_of(staff.person(Role.LEAD_OFFICER, where))
        case = db.session.query(Case).filter_by(organisation_id=bodies[where].id).order_by(Case.id.desc()).first()
        one, other = (
            take_lead(organisation=bodies[where], receipt_hash=f"{variant}{place}", actor=officer, **given)
            for place in (1, 2)
        )
        cleaned = clean(name="a.pdf", content=PDF + variant.encode(), settings=settings)
        add_lead_file(one, cleaned, actor=officer, settings=settings)
        db.session.flush()
        write_link(one, case, actor=officer)
        db.session.flush()
        for name, value in values.items():  # at last: whoever links must not be kept from what is about their own body
            setattr(one, name, value)
        db.session.flush()
        file = db.session.query(LeadFile).filter_by(lead_id=one.id).first()
        parts = {"number": one.number, "other": other.number, "ref": file.ref, "case": case.number}
        facts = {"organisation_path": path_of(bodies[where]), "kind": one.scope, "state": one.state}
        made.add("lead", parts, facts=facts | {"concerns_id": one.concerns_id}, variant=variant)


def _add_report(made: Tried, settings) -> Report:
    """File a report of the university: signed, delivered to its discipline body and to the province."""
    bodies, person = made.staff.bodies, made.staff.person
    for role in (Role.PARTY_LEADER, Role.ADMIN_LEADER, Role.VICE_LEADER):
        leader = person(role, "own")
        leader.password_hash = make_person(password=PASSWORD).password_hash
    tree = Tree(
        bodies["ministry"], bodies["province"], bodies["province_discipline"], bodies["own"], bodies["own_discipline"],
        bodies["college"],
    )  # fmt: skip
    office = Office(
        tree, made.round_, bodies["own"], person(Role.INVESTIGATOR, "own"), person(Role.SUPERVISOR, "own"),
        person(Role.PARTY_LEADER, "own"), person(Role.ADMIN_LEADER, "own"), person(Role.VICE_LEADER, "own"),
        person(Role.DISCIPLINE_OFFICER, "own_discipline"), person(Role.SUPERVISOR, "province"),
    )  # fmt: skip
    prepare(office)
    make_case(bodies["own"], made.round_, state="accepted", owner=office.investigator, college_id=bodies["college"].id)
    report, *_ = delivered(office, settings)
    db.session.flush()
    facts = {"organisation_path": path_of(bodies["own"]), "state": report.state}
    facts |= {"delivered": report.delivered_at is not None}
    made.add("report", {"ref": report.ref, "upload": "x", "paper": "x"}, facts=facts)
    db.session.add(upload := Upload(report=report, ref=new_ref(), sha256="0" * 64, made_by_id=office.supervisor.id))
    made.add("upload", {"ref": upload.ref}, facts=facts)
    for filing in db.session.query(Filing).filter_by(report_id=report.id):
        parts = {"ref": filing.ref, "report": report.ref, "delivery": filing.ref}
        made.add("filing", parts, facts=facts, whose="province" if filing.capacity == "superior" else "own_discipline")
    measure = db.session.query(Measure).first()
    made.add("measure", {"ref": measure.ref}, facts={"organisation_path": facts["organisation_path"]})
    return report


def _add_drift(made: Tried, staff: Staff) -> None:
    desk = type("Desk", (), {"organisation": staff.bodies["own"], "round_": made.round_})
    desk.investigator = staff.person(Role.INVESTIGATOR, "own")
    ref = questioned(desk, college_id=staff.bodies["college"].id)
    drift = db.session.query(Drift).filter_by(ref=ref).one()
    case, file = drift.case, db.session.query(Evidence).first().file
    asked = JustifiedChange(
        ref=new_ref(), case_id=case.id, record_id=drift.record_id, drift_id=drift.id, changes=drift.changes,
        reason="单位更名", file_id=file.id, file_name="更名通知.pdf", asked_by_id=desk.investigator.id,
    )  # fmt: skip
    db.session.add(asked)
    db.session.flush()
    facts = {"organisation_path": path_of(staff.bodies["own"]), "college_id": case.college_id, "kind": case.kind}
    facts |= {"state": case.state, "concerns_id": None}
    owner = f"{Role.INVESTIGATOR}@own"
    made.add("drift", {"ref": drift.ref, "change": asked.ref, "number": case.number}, facts=facts, whose=owner)
    made.add("justification", {"ref": asked.ref, "number": case.number, "record": drift.record.ref}, facts=facts)


def _add_work(made: Tried, staff: Staff, report: Report) -> None:
    """Make what belongs to the university as a whole: imports, runs, samples, campaigns, tasks."""
    own, inside = staff.bodies["own"], {"organisation_path": path_of(staff.bodies["own"])}
    supervisor = staff.person(Role.SUPERVISOR, "own")
    plan = {"organisation": own, "round_": made.round_, "actor": actor_of(supervisor)}
    campaign = draft_campaign(**plan, name="八月提醒", starts=[])
    record = make_record(own, made.round_, phone_index="phone")
    open_tasks([Unreached(record.id, record.organisation_id, "undelivered")], campaign_id=None)
    wanted = {"organisation": own.id, "round": made.round_.id, "actor": supervisor.id}
    screening = promises.promise("screen", **wanted, then_open=False)
    trial = promises.promise("back_test", **wanted, values={"GRADUATE_DENIES": {}})
    drawn = {"ref": new_ref(), "seed": "1", "population": 1, "population_hash": "0" * 64}
    sample = Sample(
        **drawn, organisation_id=own.id, round_id=made.round_.id, purpose="audit", drawn_by_id=supervisor.id, strata=[],
        design=asdict(Design("margin")) | {"whole": True, "left_out": 0},
    )  # fmt: skip
    check = SpotCheck(
        **drawn | {"ref": new_ref()}, organisation=staff.bodies["province"], round=made.round_,
        drawn_by=staff.person(Role.SUPERVISOR, "province"),
    )  # fmt: skip
    case = report.cases[0].case
    check.members = [SpotChecked(case_id=case.id)]
    letter = Message(
        dedup_key="told", organisation_id=own.id, person_id=supervisor.id, kind="test_message", channel="email",
        state="dead", params={"at": NOON.isoformat()},
    )  # fmt: skip
    db.session.add_all([sample, check, letter])
    db.session.flush()
    made.add("campaign", {"ref": campaign.ref}, facts=inside)
    made.add("task", {"ref": db.session.query(ContactTask).first().ref}, facts=inside)
    made.add("batch", {"ref": make_batch(own, made.round_).ref}, facts=inside)
    made.add("run", {"ref": make_run(own, made.round_).ref}, facts=inside)
    made.add("screening", {"ref": screening.ref}, facts=inside)
    made.add("trial", {"ref": trial.ref}, facts=inside)
    made.add("body:back_test", {"back_test": trial.ref}, facts=inside, whose="ministry")
    made.add("sample", {"ref": sample.ref}, facts=inside)
    made.add("delivery", {"ref": letter.ref}, facts=inside)
    drew = {"organisation_path": path_of(staff.bodies["province"])}
    made.add("spot", {"ref": check.ref, "number": case.number}, facts=drew)


def _add_own(made: Tried, staff: Staff) -> None:
    """Make what is somebody's alone: a letter in the inbox, a token, a look ahead; and a person."""
    supervisor, administrator = f"{Role.SUPERVISOR}@own", f"{Role.ADMINISTRATOR}@ministry"
    person: Person = staff.people[supervisor]
    letter = Message(
        dedup_key="inbox", organisation_id=staff.bodies["own"].id, person_id=person.id, kind="test_message",
        channel="inbox", state="accepted", params={"at": NOON.isoformat()},
    )  # fmt: skip
    asker = staff.people[administrator].id
    look = promises.promise(LOOK, round=made.round_.code, actor=asker, what="dates", given={"dates": {}})
    db.session.add(letter)
    db.session.flush()
    made.add("message", {"ref": letter.ref}, whose=supervisor)
    made.add("token", {"ref": db.session.query(ApiToken).filter_by(person_id=person.id).one().ref}, whose=supervisor)
    made.add("look", {"code": made.round_.code, "ref": look.ref}, whose=administrator)
    colleague = make_person(Role.INVESTIGATOR.value, staff.bodies["own"])
    made.add("person", {"ref": colleague.ref}, facts={"organisation_path": path_of(staff.bodies["own"])})
