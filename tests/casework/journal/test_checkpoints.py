"""Checkpoints: roots that grow with the chain, proofs under them, and what a rewritten past does to them."""

import json

import pytest
from sqlalchemy import delete, event, select, update

from casework import journal, merkle
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import MAIN, JournalCheckpoint, JournalEntry, JournalHead, checkpoints
from tests.support.together import together
from tests.support.walls import behind_its_back, recompute_checkpoints, rewrite_from

pytestmark = pytest.mark.usefixtures("app")


def write(count, *, organisation_id=1):
    with unit_of_work():
        for _ in range(count):
            journal.record(organisation_id=organisation_id, action="case:note", actor="7", subject="LC24-0001")


def checked(organisation_id=1, reason="daily"):
    with unit_of_work():
        return checkpoints.checkpoint(organisation_id, MAIN, reason=reason)


def leaves(organisation_id=1):
    wanted = select(JournalEntry.hash).filter_by(organisation_id=organisation_id, chain=MAIN)
    return [bytes.fromhex(link) for link in db.session.scalars(wanted.order_by(JournalEntry.seq))]


def sizes():
    return list(db.session.scalars(select(JournalCheckpoint.size).order_by(JournalCheckpoint.size)))


def breaks():
    return [(found.seq, found.reason % found.params) for found in journal.verify(1)]


WRONG_ROOT = "此处的检查点（默克尔根）与它之前的日志不符。"


def test_a_checkpoint_holds_the_root_over_everything_so_far_and_is_written_once():
    assert checked() is None  # nothing to root
    for grown in (3, 1, 4):
        write(grown)
        rooted = checked()
        assert rooted.root == merkle.root(leaves()).hex()
        assert (rooted.seq, rooted.hash) == journal.head(1)
        assert checked() == rooted
    assert sizes() == [3, 4, 8]
    assert breaks() == []


def test_the_next_one_reads_only_what_is_new():
    write(20)
    checked()
    write(2)
    read = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: read.append(said[3]))
    checked()
    bounds = [tuple(said.values()) if isinstance(said, dict) else said for said in read]
    assert any(20 in bound and 22 in bound for bound in bounds)
    assert checkpoints.frontier_at(1, MAIN, 22).root() == merkle.root(leaves())


def test_only_chains_that_grew_are_named():
    write(2)
    write(1, organisation_id=2)
    assert checkpoints.grown_chains() == [(1, MAIN), (2, MAIN)]
    checked()
    assert checkpoints.grown_chains() == [(2, MAIN)]
    write(1)
    assert checkpoints.grown_chains() == [(1, MAIN), (2, MAIN)]


def test_a_unit_of_work_that_asks_for_one_gets_it_over_its_own_words_and_a_failed_one_leaves_none():
    with unit_of_work():
        journal.mark(1, reason="file")
        journal.record(organisation_id=1, action="report:file", actor="system", subject="R")
    assert sizes() == [1]

    def fail():
        with unit_of_work():
            journal.mark(1, reason="file")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    write(1)
    assert sizes() == [1]


def test_every_entry_is_proved_under_every_checkpoint_that_covers_it():
    for grown in (1, 2, 5, 3):
        write(grown)
        checked()
    for under in db.session.scalars(select(JournalCheckpoint)):
        root = bytes.fromhex(under.root)
        for seq in range(1, under.size + 1):
            said = checkpoints.prove(under, seq)
            proof = [bytes.fromhex(node) for node in said.proof]
            place = {"index": said.index, "size": said.size}
            assert merkle.verify_inclusion(bytes.fromhex(said.leaf), **place, proof=proof, root=root), (seq, under.size)
            assert not merkle.verify_inclusion(b"\1" * 32, **place, proof=proof, root=root)
    assert json.loads(json.dumps(said.to_dict())).keys() == {"format", "leaf", "index", "size", "proof", "root"}


def test_the_earliest_covering_checkpoint_is_found_among_those_that_count():
    for grown in (2, 2, 2):
        write(grown)
        checked()
    assert [checkpoints.covering(1, MAIN, seq).size for seq in (1, 2, 3, 6)] == [2, 2, 4, 6]
    assert checkpoints.covering(1, MAIN, 7) is None
    assert checkpoints.covering(1, MAIN, 1, among=[4, 6]).size == 4
    assert checkpoints.covering(1, MAIN, 1, among=[]) is None


def test_a_chain_computed_anew_is_found_by_its_checkpoints_unless_they_are_computed_anew_too():
    for grown in (3, 3):
        write(grown)
        checked()
    before = journal.head(1)
    rewrite_from(1, 2, actor="9")
    assert breaks() == [(3, WRONG_ROOT), (6, WRONG_ROOT)]
    recompute_checkpoints(1)
    assert breaks() == []  # whole in itself: only a head that somebody else keeps tells
    assert journal.head(1) != before


TAMPERED = [
    ("a root", [update(JournalCheckpoint).where(JournalCheckpoint.size == 3).values(root="0" * 64)], (3, WRONG_ROOT)),
    ("the peaks", [update(JournalCheckpoint).where(JournalCheckpoint.size == 3).values(peaks=[])], (3, WRONG_ROOT)),
    (
        "a chain cut short, its head set back",
        [delete(JournalEntry).where(JournalEntry.seq == 6), "UPDATE journal_heads SET seq = 5"],
        (6, "检查点记到这一条，日志现在只到第5条。"),
    ),
    (
        "a hash that is none",
        [update(JournalEntry).where(JournalEntry.seq == 2).values(hash="nothing")],
        (2, "内容在写入后被改动。"),
    ),
]


@pytest.mark.parametrize(("statements", "found"), [row[1:] for row in TAMPERED], ids=[row[0] for row in TAMPERED])
def test_a_checkpoint_that_does_not_fit_is_found(statements, found):
    for grown in (3, 3):
        write(grown)
        checked()
    behind_its_back(*statements)
    assert found in breaks()


def test_a_proof_that_does_not_lead_to_its_root_is_not_handed_out():
    write(4)
    checked()
    [under] = db.session.scalars(select(JournalCheckpoint))
    rewrite_from(1, 3, actor="9")
    assert [checkpoints.prove(under, seq) for seq in (1, 3, 4)] == [None, None, None]


def test_a_chain_whose_head_was_taken_away_is_still_walked():
    write(2)
    behind_its_back(delete(JournalHead))
    assert journal.chains() == [(1, MAIN)]
    assert breaks() == [(2, "链首记录与最后一条不符。")]


def test_two_who_write_the_same_checkpoint_at_once_write_one(app):
    write(5)
    db.session.remove()
    assert len({done.root for done in together(app, [checked for _ in range(3)])}) == 1
    assert sizes() == [5]
