"""A freeze and a filing each leave a checkpoint, and the paper says in words where the journal stood."""

import io

import pytest
from docx import Document
from sqlalchemy import select

from casework import clock, journal, merkle
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalCheckpoint, JournalEntry
from casework.reports.documents import signed_report
from casework.reports.snapshot import Snapshot
from tests.casework.factories import NOON
from tests.casework.operations.reporting import filed, make_office, prepare

pytestmark = pytest.mark.usefixtures("app")


def test_freeze_and_filing_leave_checkpoints_and_the_signature_page_shows_the_head(settings):
    with clock.stopped_at(NOON), unit_of_work():
        office = make_office()
        prepare(office)
    with clock.stopped_at(NOON), unit_of_work():
        report = filed(office, settings)
    body = report.organisation_id
    found = db.session.execute(select(JournalCheckpoint.reason, JournalCheckpoint.size).order_by("size")).all()
    assert [row.reason for row in found] == ["freeze", "file"]
    [head] = report.manifest["journal_heads"]
    links = db.session.scalars(
        select(JournalEntry.hash).filter_by(organisation_id=body, chain="main").order_by(JournalEntry.seq)
    ).all()
    assert (head["seq"], head["hash"]) == (found[0].size, links[head["seq"] - 1])
    assert head["root"] == merkle.root(bytes.fromhex(link) for link in links[: head["seq"]]).hex()
    assert found[1].size == journal.head(body)[0]  # the filing's own entry is covered
    assert list(journal.verify(body)) == []
    printed = Document(io.BytesIO(signed_report(report, Snapshot.from_dict(report.snapshot)).content))
    text = "\n".join(paragraph.text for paragraph in printed.paragraphs)
    assert f"本单位办理日志共 {head['seq']} 条，末端校验值的前 16 位为 {head['hash'][:16]}" in text
    assert head["root"] in text
