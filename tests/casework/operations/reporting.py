"""A university whose self-check is ready to be frozen, and the people who take it to the end."""

from dataclasses import dataclass
from datetime import date

from flask import current_app
from sqlalchemy import text

from casework import clock, storage
from casework.cases.models import Evidence
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.add_evidence import add_evidence
from casework.operations.advance import advance
from casework.operations.answer_checklist import answer_checklist
from casework.operations.draft_report import draft_report
from casework.operations.freeze_report import freeze_report
from casework.operations.go_stale import go_stale
from casework.operations.issue_plan import issue_plan
from casework.operations.log_verification import log_verification
from casework.operations.measures import add_measure
from casework.operations.receipt import receipt
from casework.operations.send_report import send_report
from casework.operations.sign_report import sign_report
from casework.people.actors import actor_of
from casework.people.models import Organisation, Person
from casework.rounds.models import Round
from tests.casework.factories import PASSWORD, Tree, make_case, make_person, make_round, make_tree

TEXTS = {"work": "筛查全部登记数据。\n逐件回访。", "problems": "个别单位未实际录用。", "causes": "材料审核把关不严。"}


@dataclass(frozen=True)
class Office:
    """An organisation with everybody whom a report needs."""

    tree: Tree
    round_: Round
    organisation: Organisation
    investigator: Person
    supervisor: Person
    party_leader: Person
    admin_leader: Person
    vice_leader: Person
    discipline_officer: Person
    superior_officer: Person


def make_office(*, level="university", tree=None):
    tree = tree or make_tree()
    organisation = getattr(tree, level)
    discipline = tree.discipline if level == "university" else tree.province_discipline
    superior = tree.province if level == "university" else tree.ministry
    return Office(
        tree=tree,
        round_=make_round(),
        organisation=organisation,
        investigator=make_person("investigator", organisation, name="李梦洁"),
        supervisor=make_person("supervisor", organisation, name="肖国舒"),
        party_leader=make_person("party_leader", organisation, name="何诚航", password=PASSWORD),
        admin_leader=make_person("admin_leader", organisation, name="康莹蕾", password=PASSWORD),
        vice_leader=make_person("vice_leader", organisation, name="王贞", password=PASSWORD),
        discipline_officer=make_person("discipline_officer", discipline, name="卢琼珊"),
        superior_officer=make_person("supervisor", superior, name="于红秀"),
    )


def prepare(office):
    """Issue the plan, answer the checklist, list a measure."""
    where = {"organisation": office.organisation, "round_": office.round_, "actor": actor_of(office.supervisor)}
    issue_plan(method="全量筛查", recording="逐案记录", rectification="查实即改", responsible="肖国舒", **where)
    for clause in ("N1.1", "N1.2", "N1.3", "N1.4", "N1.5"):
        answer_checklist(
            clause=clause, method="逐条审核", examined="全部登记", finding="已核实", responsible="李梦洁", **where
        )
    add_measure(goal="登记真实准确", measure="两级审核", responsible="李梦洁", due_on=date(2024, 8, 31), **where)


def drafted(office, **texts):
    return draft_report(
        organisation=office.organisation,
        round_=office.round_,
        texts=TEXTS | texts,
        actor=actor_of(office.supervisor),
    )


def frozen(office, settings, *, open_reasons=None, chosen=None):
    report = drafted(office)
    return freeze_report(
        report, open_reasons=open_reasons or {}, actor=actor_of(office.supervisor), settings=settings, chosen=chosen
    )


def sign(report, slot, person, **changes):
    given = {
        "typed_name": person.name,
        "password": PASSWORD,
        "seen_hash": report.manifest_hash,
        "open_cases_confirmed": True,
        "settings": current_app.extensions["casework"],
    }
    return sign_report(report, slot=slot, actor=actor_of(person), **given | changes)


def signed(office, settings, **freezing):
    report = frozen(office, settings, **freezing)
    sign(report, "party_leader", office.party_leader)
    sign(report, "admin_leader", office.admin_leader)
    return report


def delivered(office, settings, **freezing):
    report = signed(office, settings, **freezing)
    by_capacity = {each.capacity: each for each in send_report(report, actor=actor_of(office.supervisor))}
    return report, by_capacity["discipline"], by_capacity["superior"]


def give_receipt(filing, person, number="鄂备〔2024〕1号"):
    return receipt(filing, number=number, received_on=clock.today(), receiver=person.name, actor=actor_of(person))


def filed(office, settings, **freezing):
    report, discipline, superior = delivered(office, settings, **freezing)
    give_receipt(discipline, office.discipline_officer)
    give_receipt(superior, office.superior_officer)
    return report


def impatiently(step, *given):
    """Take a step as a unit of work that fails (on PostgreSQL) where it would have to wait for somebody."""
    with unit_of_work() as session:
        session.execute(text("SET LOCAL lock_timeout = '200ms'"))
        return step(*given)


def give_evidence(case, office, settings, *, content=b"%PDF-1.4\n1 0 obj\n%%EOF\n"):
    """Give a case in whatever state a file of evidence; return where its content lies."""
    file = storage.keep(content, media_type="application/pdf", folder=settings.files_dir)
    case.evidence.append(
        Evidence(file=file, name="劳动合同.pdf", evidence_class="original_document", by_id=office.investigator.id)
    )
    db.session.flush()
    return settings.files_dir / file.sha256[:2] / file.sha256


def attach(case, office, settings, *, content=b"%PDF-1.4\n1 0 obj\n%%EOF\n"):
    """Give a case under investigation a file of evidence."""
    found = add_evidence(
        case,
        name="劳动合同.pdf",
        content=content,
        evidence_class="original_document",
        supplied_by="employer",
        actor=actor_of(office.investigator),
        settings=settings,
    )
    db.session.flush()
    return found


def accepted(office, number=1, **values):
    return [
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator, **values)
        for _ in range(number)
    ]


def states(cases):
    return [case.state for case in cases]


def reopen(case, office):
    """Reopen a case that is in a report, as a supervisor does."""
    advance(case, "reopen", actor=actor_of(office.supervisor), reason="用人单位来函更正")
    return go_stale(case, step=advance)


def conclude_again(case, office):
    owner = actor_of(office.investigator)
    log_verification(case, method="letter", evidence_class="employer", result="supports", actor=owner)
    advance(case, "conclude", actor=owner, conclusion="unfounded", note="复函证实录用")
    advance(case, "accept", actor=actor_of(office.supervisor))
