"""An office words its documents itself; figures stay names that the snapshot fills, and what was issued stays."""

from datetime import date

import pytest

from casework.cases.canonical import canonical_hash
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from casework.journal import JournalEntry
from casework.operations.change_wording import change_wording
from casework.operations.issue_plan import issue_plan
from casework.operations.open_round import copy_round
from casework.people.actors import actor_of
from casework.reports import queries
from casework.reports.documents import plan_document
from casework.reports.models import Wording
from casework.reports.render.report import report_docx
from casework.reports.snapshot import Snapshot
from casework.reports.wording import DEFAULTS, PARTS, checked
from tests.casework.operations.reporting import frozen, make_office, prepare
from tests.casework.reports.render.test_documents import words
from tests.casework.reports.sample import make_seal
from workflows.access import SYSTEM

FOUND = "report.found"
REFUSED = (
    ("a figure written by hand", FOUND, "共核查案件 5 件。", "缺少必须保留的占位符"),
    ("one figure lost", FOUND, "{cases} 件，{samples} 件", "缺少必须保留的占位符"),
    ("a name nobody knows", FOUND, DEFAULTS[FOUND] + "{money}", "不能使用的占位符"),
    ("a name of another part", "plan.closing", "共 {cases} 件", "不能使用的占位符"),
    ("a brace left open", "report.closing", "特此报告 {", "花括号"),
    ("an attribute asked for", "report.closing", "{organisation.__class__}", "花括号"),
    ("doubled braces", FOUND, DEFAULTS[FOUND] + "{{cases}}", "花括号"),
    ("nothing where something must stand", "report.work", "  ", "不能为空"),
    ("too long", "report.closing", "长" * 601, "过长"),
)


@pytest.fixture
def office(app):
    office = make_office()
    prepare(office)
    return office


def change(office, version=0, who=None, **texts):
    where = {"organisation": office.organisation, "round_": office.round_}
    texts = {key.replace("_", ".", 1): text for key, text in texts.items()}
    return change_wording(**where, texts=texts, version=version, actor=actor_of(who or office.supervisor))


@pytest.mark.parametrize(("_name", "part", "text", "sentence"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_part_that_cannot_be_printed_is_refused_at_its_field(_name, part, text, sentence):
    with pytest.raises(Invalid) as refused:
        checked({part: text})
    assert list(refused.value.fields) == [part]
    assert sentence in refused.value.fields[part]


def test_every_part_may_be_kept_as_it_is_shipped():
    assert checked(DEFAULTS) == DEFAULTS
    with pytest.raises(Invalid, match="没有这些部分"):
        checked({"report.signature": "x"})
    assert all(set(part.must) <= set(part.known) for part in PARTS.values())


def test_words_are_versioned_journalled_and_keep_what_is_not_given(office):
    db.session.commit()
    with unit_of_work():
        first = change(office, report_closing="以上报告，请审阅。")
        second = change(office, version=1, report_work="一、工作情况")
    assert (first.version, second.version) == (1, 2)
    assert queries.wording(office.organisation.id, office.round_.id).texts == {
        "report.closing": "以上报告，请审阅。",
        "report.work": "一、工作情况",
    }
    told = [row for row in db.session.query(JournalEntry).order_by(JournalEntry.seq) if row.action == "wording:change"]
    assert [row.facts["version"] for row in told] == [1, 2]
    assert (told[0].facts["before"], told[0].facts["after"]) == (canonical_hash({}), canonical_hash(first.texts))
    assert (told[1].facts["before"], told[1].facts["after"]) == (told[0].facts["after"], canonical_hash(second.texts))
    assert not any(text in str(row.facts) for row in told for text in second.texts.values())  # entries are for ever
    third = change(office, version=2, report_closing=DEFAULTS["report.closing"])
    assert "report.closing" not in third.texts, "what is as shipped is not the office's own"


def test_a_refusal_leaves_no_version_behind(office):
    change(office, report_closing="以上报告，请审阅。")
    for refusal, given in (
        (Stale, {"report_closing": "另一句。"}),
        (Conflict, {"version": 1, "report_closing": "以上报告，请审阅。"}),
        (Invalid, {"version": 1, "report_found": "共 5 件"}),
        (Forbidden, {"version": 1, "report_closing": "另一句。", "who": office.investigator}),
        (NotFound, {"version": 1, "report_closing": "另一句。", "who": office.superior_officer}),
    ):
        with pytest.raises((refusal, Forbidden) if refusal is NotFound else refusal):
            change(office, **given)
    assert db.session.query(Wording).count() == 1


def test_a_frozen_report_and_an_issued_plan_read_the_same_for_ever(office, settings):
    change(office, report_closing="以上报告，请审阅。", plan_closing="请照此执行。")
    where = {"organisation": office.organisation, "round_": office.round_, "actor": actor_of(office.supervisor)}
    plan = issue_plan(method="全量", recording="逐案", rectification="即改", responsible="肖国舒", **where)
    report = frozen(office, settings)
    first = report_docx(Snapshot.from_dict(report.snapshot), seal=make_seal())
    change(office, version=1, report_closing="完。", plan_closing="完。")
    assert "以上报告，请审阅。" in words(first)
    assert report_docx(Snapshot.from_dict(report.snapshot), seal=make_seal()) == first
    printed = plan_document(office.organisation, office.round_, plan, "docx")
    assert "请照此执行。" in words(printed.content)


def test_a_new_round_begins_with_the_last_words_of_every_office(office):
    change(office, report_closing="以上报告，请审阅。")
    change(office, version=1, report_closing="请审阅。")
    dates = {row.level: date(2025, 8, 31) for row in office.round_.dates}
    new = copy_round(office.round_, code="2025", name="2025届", cohort=2025, dates=dates, actor=SYSTEM)
    db.session.flush()
    copied = queries.wording(office.organisation.id, new.id)
    assert (copied.version, copied.texts) == (1, {"report.closing": "请审阅。"})
