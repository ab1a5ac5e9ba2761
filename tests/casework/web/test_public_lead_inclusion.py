"""The receipt page hands out the proof that a report stands in the journal, which says nothing of the report."""

import json

import pytest
from sqlalchemy import select

from casework import journal, merkle
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs.checkpoints import checkpoint_journals
from casework.journal import JournalCheckpoint
from casework.leads.models import Lead
from casework.reports.models import Report
from tests.casework.factories import make_person
from tests.casework.leads.office import leads
from tests.casework.notices.office import office
from tests.casework.web.reporting_form import Reporter, words_of
from tests.support.walls import rewrite_from

__all__ = ["leads", "office"]


@pytest.fixture
def reporter(app_with_doors, leads):
    return Reporter(app_with_doors)


def more(organisation_id, count=3):
    with unit_of_work():
        for _ in range(count):
            journal.record(organisation_id=organisation_id, action="case:note", actor="7", subject="LC24-0001")


def proof_of(reporter):
    answer = reporter.post("/receipt/inclusion")
    assert "attachment" in answer.headers["Content-Disposition"]
    return json.loads(answer.data)


def holds(said):
    return merkle.verify_inclusion(
        bytes.fromhex(said["leaf"]),
        index=said["index"],
        size=said["size"],
        proof=[bytes.fromhex(node) for node in said["proof"]],
        root=bytes.fromhex(said["root"]),
    )


def test_a_report_is_proved_to_stand_in_the_journal_and_best_on_paper_that_was_filed(reporter):
    reporter.open(reporter.report())
    assert "还没有列入日志检查点" in words_of(reporter.get("/receipt"))
    refused = reporter.post("/receipt/inclusion")
    assert (refused.status_code, "明天再来" in words_of(refused)) == (404, True)

    lead = db.session.scalars(select(Lead)).one()
    organisation, place = lead.organisation, lead.statement["journal"]
    more(organisation.id)
    assert checkpoint_journals() == {"chains": 1}
    assert checkpoint_journals() == {"chains": 0}
    page, said = words_of(reporter.get("/receipt")), proof_of(reporter)
    assert "还没有印在已备案的报告上" in page
    assert said["root"] in page
    assert (said["format"], said["leaf"], said["index"]) == ("casework-inclusion/1", place["hash"], place["seq"] - 1)
    assert said.keys() == {"format", "leaf", "index", "size", "proof", "root"}
    assert holds(said)
    assert not holds(said | {"leaf": "00" * 32})
    assert lead.title not in json.dumps(said)

    more(organisation.id)
    checkpoint_journals()
    with unit_of_work():
        last = db.session.scalars(select(JournalCheckpoint).order_by(JournalCheckpoint.size.desc())).first()
        head = {"organisation": organisation.id, "chain": "main", "seq": last.size, "root": last.root}
        drafter = make_person("investigator", organisation)
        report = Report(organisation=organisation, round_id=lead.round_id, number=9, drafted_by_id=drafter.id)
        report.state, report.manifest = "filed", {"journal_heads": [head]}
        db.session.add(report)
    filed = proof_of(reporter)
    assert "印在已经备案的自查报告上" in words_of(reporter.get("/receipt"))
    assert (filed["size"], filed["root"]) == (last.size, last.root)
    assert filed["size"] > said["size"]
    assert holds(filed)

    rewrite_from(organisation.id, place["seq"], actor="9")
    assert reporter.post("/receipt/inclusion").status_code == 404  # a proof that does not hold is not handed out
