"""`casework check journal`: what holds in itself, and what only the heads that others hold can tell."""

import json
from contextlib import contextmanager

import pytest
from sqlalchemy import delete, text

from casework import journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Invalid
from casework.filing.held_heads import printed_heads, read_held
from casework.journal import MAIN, JournalEntry, checkpoints
from casework.reports.models import Report
from tests.casework.factories import make_person, make_round, make_tree
from tests.support.databases import as_owner
from tests.support.walls import TABLES, behind_its_back, recompute_checkpoints, rewrite_from, take_down_wall

pytestmark = pytest.mark.usefixtures("app")
WHOLE = "日志与留存的 {held} 个日志头、各报告清单所记的 {printed} 个日志头相符。"


@pytest.fixture
def body():
    """Return a university with five entries in its journal, all under a checkpoint."""
    with unit_of_work():
        university = make_tree().university
        for number in range(5):
            journal.record(organisation_id=university.id, action="case:note", actor="7", subject=f"LC24-{number:04}")
        journal.mark(university.id, reason="daily")
    return university


@pytest.fixture
def head(body):
    """Return the head as a manifest has it."""
    with unit_of_work():
        rooted = checkpoints.checkpoint(body.id, MAIN, reason="daily")
    return {"organisation": body.id, "chain": MAIN, **vars(rooted)}


def rewrite(body):
    """Compute the whole chain anew, checkpoints included."""
    rewrite_from(body.id, 2, actor="9")
    recompute_checkpoints(body.id)


def test_heads_that_others_hold_find_a_chain_that_was_computed_anew_and_nothing_else_does(
    command_line, body, head, tmp_path
):
    line = f"{body.code}:{head['seq']}:{head['hash'][:16]}"
    papers = {
        "manifest.json": json.dumps({"number": "LC24-R1", "journal_heads": [head]}),
        "root.json": json.dumps({"source": "电子邮件", **head, "hash": head["hash"][:16]}),
        "statement.json": json.dumps({"journal": head | {"organisation": body.code}}),
        "digest.txt": f"# 每日摘要\n{line}  7月29日摘要\n{body.name}：{head['seq']}：{head['hash'].upper()}\n",
    }
    for name, content in papers.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    given = [part for name in papers for part in ("--held", tmp_path / name)]
    said = command_line.done("check", "journal", *given, "--head", line)
    assert WHOLE.format(held=6, printed=0) in said
    assert "只有它们能够发现" not in said

    rewrite(body)
    alone = command_line.done("check", "journal")  # without them the chain holds in itself: this is what it says
    assert "只有它们能够发现" in alone
    assert "不完整" not in alone
    for name in papers:
        result = command_line.run("check", "journal", "--held", tmp_path / name)
        assert result.exit_code == 1, name
        assert "可能被改写" in result.output, name
    assert "与凭据（LC24-R1）不符" in command_line.run("check", "journal", *given).output
    assert "与凭据（7月29日摘要）不符" in command_line.run("check", "journal", *given).output
    assert command_line.run("check", "journal", "--head", line).exit_code == 1


def test_a_manifest_kept_here_contradicts_a_journal_that_was_rewritten_around_it(command_line, body, head):
    with unit_of_work():
        drafter = make_person("investigator", body)
        report = Report(organisation=body, round=make_round(), number=3, drafted_by_id=drafter.id)
        report.manifest, report.manifest_hash = {"journal_heads": [head]}, "0" * 64
        db.session.add(report)
    assert WHOLE.format(held=0, printed=1) in command_line.done("check", "journal")
    rewrite(body)
    result = command_line.run("check", "journal")
    assert (result.exit_code, "24-R3）不符" in result.output) == (1, True)


def unfit(**changes):
    return json.dumps({"organisation": 1, "seq": 3, "hash": "ab" * 32} | changes)


@pytest.mark.parametrize(
    "said",
    [
        unfit(seq=10**30), unfit(seq=10**9), unfit(organisation=10**30), unfit(organisation=-1), unfit(seq=-1),
        unfit(organisation="a\x00b"), unfit(organisation="\ud800"), unfit(chain="a\x00b"), unfit(chain="x" * 300),
        unfit(seq=1).replace(": 1,", ": 1e400,"), unfit(seq=[]), "9" * 5000,
    ],
)  # fmt: skip
def test_a_head_that_no_journal_could_have_is_refused_with_a_sentence(said):
    with pytest.raises(Invalid):
        read_held(said)


def test_heads_are_read_from_reports_whose_contents_do_not_open(body, head):
    with unit_of_work() as session:
        person, round_ = make_person("supervisor", body), make_round()
        report = Report(organisation_id=body.id, round_id=round_.id, number=3, drafted_by_id=person.id)
        report.manifest, report.manifest_hash = {"journal_heads": [head]}, "0" * 64
        session.add(report)
        session.flush()
        session.execute(text("UPDATE reports SET snapshot = :content").bindparams(content=b"no seal of ours"))
    assert [(each.seq, each.source.endswith("24-R3")) for each in printed_heads()] == [(head["seq"], True)]


def test_a_chain_cut_short_contradicts_what_others_hold(command_line, body, head):
    behind_its_back(delete(JournalEntry).where(JournalEntry.seq > 3), "DELETE FROM journal_checkpoints")
    before = db.session.scalars(db.select(JournalEntry.hash).filter_by(seq=3)).one()
    behind_its_back("UPDATE journal_heads SET seq = 3, hash = :hash", hash=before)
    assert "不完整" not in command_line.done("check", "journal")
    result = command_line.run("check", "journal", "--head", f"{body.code}:5:{head['hash']}")
    assert (result.exit_code, "可能被截短" in result.output) == (1, True)


def test_what_cannot_be_read_or_compared_is_refused_with_a_sentence(command_line, body, tmp_path):
    file = tmp_path / "held"
    for content in (
        "12",
        "[]]",
        '{"seq": 1}',
        '[{"organisation": [], "seq": 1, "hash": "' + "0" * 64 + '"}]',
        "A:1:xyz",
    ):
        file.write_text(content, encoding="utf-8")
        result = command_line.run("check", "journal", "--held", file)
        assert result.exit_code == 1, content
        assert "日志头" in result.output, content
        assert "Traceback" not in result.output, content
    result = command_line.run("check", "journal", "--head", f"nobody:1:{'0' * 16}")
    assert (result.exit_code, "无法核对" in result.output) == (1, True)


@contextmanager
def without_wall():
    """Take the wall down, and build it again: on PostgreSQL the next test gets the same database."""
    postgresql = db.engine.dialect.name == "postgresql"
    with unit_of_work() as session:
        take_down_wall(session)
        if postgresql:
            session.execute(text(f"ALTER TABLE {TABLES[0]} DISABLE TRIGGER ALL"))
    yield
    if postgresql:
        with unit_of_work() as session:
            as_owner(session)
            session.execute(text(f"ALTER TABLE {TABLES[0]} ENABLE TRIGGER ALL"))


def test_a_wall_that_was_taken_down_is_said_and_fails(command_line, body):
    assert "触发器在位" in command_line.done("check", "journal")
    with without_wall():
        found = [command_line.run(*command) for command in (("check",), ("check", "journal"))]
    for result in found:
        assert (result.exit_code, "缺少触发器 journal_entries_wall" in result.output) == (1, True)
