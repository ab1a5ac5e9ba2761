"""What comes through the public form becomes a lead; its code leaves once, its statement holds against the journal."""

import json

import pytest
from sqlalchemy import LargeBinary, func, select, type_coerce

from casework import clock, journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Invalid
from casework.journal import JournalEntry
from casework.leads import receipts, statements
from casework.leads.models import Lead
from casework.leads.queries import visible_leads
from casework.operations.add_lead_file import clean
from casework.operations.report_lead import report_lead
from tests.casework.leads.office import leads
from tests.casework.leads.pictures_of import jpeg
from tests.casework.notices.office import OPENED

__all__ = ["leads"]
WORDS = {"title": "单位或工作人员的做法（待核）：要求签约", "content": "经过：辅导员要求全班签三方协议。"}
REPORTER = {"name": "张三", "phone": "13812346021", "email": ""}


@pytest.fixture
def report(leads, settings):
    def make(**given):
        body = {"organisation": leads.bodies["university"], "round": leads.office.round, "settings": settings}
        with clock.stopped_at(OPENED), unit_of_work():
            return report_lead(**{**body, **WORDS, **given})

    return make


def all_that_is_stored(lead):
    """Return everything that the lead's row holds, the sealed parts as they lie there."""
    columns = [
        type_coerce(column, LargeBinary) if "Sealed" in type(column.type).__name__ else column
        for column in Lead.__table__.columns
    ]
    row = db.session.execute(select(*columns).where(Lead.id == lead.id)).one()
    return " ".join(str(value) for value in row)


def test_a_report_is_a_lead_of_its_channel_timed_and_given_to_an_officer(report):
    lead = report(violations=["N1", "T2", "N1"], about={"places": ["学院办公室"]}).lead
    assert (lead.channel, lead.state, lead.entered_by_id) == ("PUBLIC_FORM", "received", None)
    assert lead.violations == ["N1", "T2"]
    assert lead.officer is not None
    assert lead.respond_by is not None


def test_the_code_is_kept_nowhere(report):
    made = report()
    stored = all_that_is_stored(made.lead)
    assert made.code not in stored
    assert receipts.normal(made.code) not in stored
    assert receipts.find_lead(receipts.hash_of(made.code)).id == made.lead.id


def test_of_an_anonymous_report_nothing_is_kept_about_who_made_it(report):
    lead = report(named=False, reporter=REPORTER).lead
    assert (lead.named, lead.reporter) == (False, None)


def test_a_named_reporter_lies_sealed(report):
    lead = report(named=True, reporter=REPORTER).lead
    assert lead.reporter == {"name": "张三", "phone": "13812346021"}
    assert "13812346021" not in all_that_is_stored(lead)


def test_what_is_about_the_school_itself_goes_up_and_vanishes_from_its_sight(report, leads):
    lead = report(concerns=leads.bodies["university"]).lead
    assert lead.organisation_id == leads.bodies["province"].id
    seen = {name: db.session.scalars(visible_leads(leads.actor(name))).all() for name in ("officer", "above")}
    assert seen == {"officer": [], "above": [lead]}


def test_the_statement_names_a_link_of_a_whole_chain_that_holds_the_same_hashes(report, settings):
    made = report(files=[clean(name="a.jpg", content=jpeg(), settings=settings)])
    said = made.statement
    assert said == made.lead.statement
    assert statements.is_genuine(said, statements.signing_key(settings.index_key).public_key())
    assert statements.is_in_journal(said)
    files = [row.file.sha256 for row in made.lead.files]
    assert said["content"] == statements.commitment(made.code, files=files, **WORDS)
    assert list(journal.verify(made.lead.organisation_id)) == []
    words = json.dumps(said, ensure_ascii=False)
    assert not [secret for secret in (*WORDS.values(), made.code, made.lead.number) if secret in words]


FORGED = {
    "another place": lambda said: {"journal": said["journal"] | {"seq": 1}},
    "another hash": lambda said: {"journal": said["journal"] | {"hash": "0" * 64}},
    "another body": lambda said: {"journal": said["journal"] | {"organisation": "M"}},
    "another receipt": lambda _said: {"receipt": "0" * 32},
}


def test_a_statement_that_names_another_link_is_not_in_the_journal(report):
    said = report().statement
    found = {what: statements.is_in_journal(said | forge(said)) for what, forge in FORGED.items()}
    assert found == dict.fromkeys(FORGED, False)


REFUSED = ({"violations": ["Z9"]}, {"named": True, "reporter": {"id_number": "1"}}, {"content": " "}, {"title": ""})


def test_a_refused_report_leaves_nothing(report):
    for given in REFUSED:
        with pytest.raises(Invalid):
            report(**given)
        db.session.rollback()
    assert [db.session.scalar(select(func.count()).select_from(table)) for table in (Lead, JournalEntry)] == [0, 0]
