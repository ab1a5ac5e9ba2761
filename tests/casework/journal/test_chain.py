"""The chain: linked from its first row, and what happens behind its back is found."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from casework import clock, journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import GENESIS, LOOKS, MAIN, JournalEntry, JournalHead, JournalSecret, walk
from tests.casework.factories import NOON
from tests.support.together import together
from tests.support.walls import behind_its_back, link_anew, over_the_wall, take_down_wall

pytestmark = pytest.mark.usefixtures("app")
SECRET = "13812346021"


def say(subject="LC24-0001", *, organisation_id=1, chain=MAIN, **more):
    journal.record(organisation_id=organisation_id, action="case:note", actor="7", subject=subject, chain=chain, **more)


def write(number=1, **more):
    for index in range(number):
        with unit_of_work():
            say(f"LC24-{index:04}", **more)


def entries(organisation_id=1, chain=MAIN):
    wanted = select(JournalEntry).filter_by(organisation_id=organisation_id, chain=chain).order_by(JournalEntry.seq)
    return db.session.scalars(wanted).all()


def breaks(organisation_id=1, chain=MAIN):
    return [(found.seq, found.reason % found.params) for found in journal.verify(organisation_id, chain)]


def test_the_first_entry_hangs_on_zeros_and_each_later_one_on_the_one_before():
    write(3)
    first, second, third = entries()
    assert (first.seq, first.previous) == (1, GENESIS)
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert journal.head(1) == (3, third.hash)
    assert breaks() == []


def test_several_entries_of_one_unit_of_work_are_chained_in_the_order_in_which_they_were_said():
    with unit_of_work():
        for subject in ("A", "B", "C"):
            say(subject)
    assert [entry.subject for entry in entries()] == ["A", "B", "C"]
    assert breaks() == []


def test_each_organisation_and_each_chain_has_its_own_head():
    write(2)
    write(1, chain=LOOKS)
    write(1, organisation_id=2)
    assert [journal.head(*which)[0] for which in ((1, MAIN), (1, LOOKS), (2, MAIN), (2, LOOKS))] == [2, 1, 1, 0]
    assert journal.head(2, LOOKS) == (0, GENESIS)
    assert [breaks(*which) for which in ((1, MAIN), (1, LOOKS), (2, MAIN), (2, LOOKS))] == [[], [], [], []]


INSERTED = (
    "INSERT INTO journal_entries (organisation_id, chain, seq, at, actor, action, subject, facts, commitments,"
    " previous, hash) SELECT organisation_id, chain, {seq}, at, actor, action, subject, facts, commitments,"
    " {previous}, hash FROM journal_entries WHERE seq = {seq} - 1"
)
TAMPERED = [
    ("a changed fact", ['UPDATE journal_entries SET facts = \'{"to": "filed"}\' WHERE seq = 2'], 2),
    ("a changed actor", ["UPDATE journal_entries SET actor = '9' WHERE seq = 3"], 3),
    ("a moved moment", ["UPDATE journal_entries SET at = '2020-01-01 00:00:00' WHERE seq = 1"], 1),
    ("a deleted entry", ["DELETE FROM journal_entries WHERE seq = 2"], 2),
    ("a deleted last entry", ["DELETE FROM journal_entries WHERE seq = 4"], 3),
    (
        "two entries that changed places",
        [
            "UPDATE journal_entries SET seq = 99 WHERE seq = 2",
            "UPDATE journal_entries SET seq = 2 WHERE seq = 3",
            "UPDATE journal_entries SET seq = 3 WHERE seq = 99",
        ],
        2,
    ),
    (
        "an entry put between",
        [
            "UPDATE journal_entries SET seq = 5 WHERE seq = 4",
            "UPDATE journal_entries SET seq = 4 WHERE seq = 3",
            INSERTED.format(seq=3, previous="previous"),
        ],
        3,
    ),
    (
        "an entry added at the end with the head moved on",
        [
            INSERTED.format(seq=5, previous="hash"),
            "UPDATE journal_heads SET seq = 5",
        ],
        5,
    ),
    ("a head set back", ["UPDATE journal_heads SET seq = 3"], 4),
]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(("statements", "seq"), [row[1:] for row in TAMPERED], ids=[row[0] for row in TAMPERED])
def test_what_happened_behind_its_back_is_found_and_where(statements, seq):
    write(4, facts={"to": "corrected"})
    for statement in statements:
        behind_its_back(statement)
    assert seq in [found for found, _ in breaks()]


def test_counting_the_entries_would_not_find_a_changed_or_exchanged_one():
    write(4)
    for statement in [*TAMPERED[0][1], *TAMPERED[5][1]]:
        behind_its_back(statement)
    counted_right = len(entries()) == journal.head(1)[0]
    assert counted_right
    assert breaks() != []


def test_an_entry_that_was_rewritten_with_a_fitting_hash_breaks_the_link_of_the_next():
    write(3)
    with unit_of_work() as session:
        take_down_wall(session)
        entry = session.scalars(select(JournalEntry).filter_by(seq=2)).one()
        entry.actor = "9"
        entry.hash = journal.link_digest(entry)
    assert breaks() == [(3, "与前一条的链接不符。")]


def test_the_session_does_not_hide_what_the_database_says():
    write(2)
    read = entries()  # still held, as an entity, while the row changes behind it
    take_down_wall(db.session())
    db.session.execute(update(JournalEntry).values(actor="9"), execution_options={"synchronize_session": False})
    assert read[0].actor == "7"
    assert [seq for seq, _ in breaks()] == [1, 2]


def test_a_personal_value_is_committed_to_and_lies_sealed_beside_the_entry():
    with unit_of_work():
        say(personal={"phone": SECRET})
        say(personal={"phone": SECRET})
    first, second = entries()
    assert first.secrets[0].value == SECRET
    assert set(first.commitments) == {"phone"}
    assert first.commitments != second.commitments  # salted: equal values cannot be told from outside
    raw = db.session.execute(text("SELECT value FROM journal_secrets")).scalars().all()
    assert all(SECRET.encode() not in bytes(value) for value in raw)


GONE = "封存的内容（phone）已不在，此后没有清除它的记录。"


@pytest.mark.parametrize("chain", [MAIN, LOOKS])
def test_a_personal_value_may_go_only_where_a_later_entry_says_that_it_was_erased(chain):
    def erased(subject, *, organisation_id=1):
        with unit_of_work():
            journal.record(organisation_id=organisation_id, action=journal.ERASE, actor="7", subject=subject)

    for subject in ("A", "B", "C"):
        if subject == "C":
            erased("C")  # before the value was there: no excuse
        with unit_of_work():
            say(subject, chain=chain, personal={"phone": SECRET})
    behind_its_back("DELETE FROM journal_secrets")
    gone = {entry.subject: (entry.seq, GONE) for entry in entries(chain=chain) if entry.commitments}
    assert breaks(chain=chain) == list(gone.values())
    erased("B")
    assert breaks(chain=chain) == [gone["A"], gone["C"]]
    erased("A", organisation_id=2)  # another body's chain excuses nothing here
    assert breaks(chain=chain) == [gone["A"], gone["C"]]


def test_moments_never_go_back_whatever_the_clock_says_and_an_entry_dated_back_is_found():
    for days in (0, -3, 1):
        with clock.stopped_at(NOON + timedelta(days=days)):
            write(1)
    assert [entry.at for entry in entries()] == [NOON, NOON, NOON + timedelta(days=1)]
    assert breaks() == []
    with over_the_wall() as session:  # a row more, with a hash and a head that fit: nothing else is wrong with it
        link_anew(session, 1, 3, at=NOON - timedelta(days=1))
    assert breaks() == [(3, "时间早于前一条。")]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "statement", ["UPDATE journal_secrets SET salt = '00'", "UPDATE journal_secrets SET value = :value"]
)
def test_a_changed_personal_value_is_found_rather_than_raised(statement):
    with unit_of_work():
        say(personal={"phone": SECRET})
    behind_its_back(statement, **({"value": b"\x02k1" + bytes(40)} if ":value" in statement else {}))
    assert breaks() == [(1, "封存的内容（phone）与写入时的承诺值不符。")]


def test_a_failed_unit_of_work_leaves_no_entry_and_none_for_the_next():
    def fail():
        with unit_of_work():
            say("never happened", personal={"phone": SECRET})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    write(1)
    assert [entry.subject for entry in entries()] == ["LC24-0000"]
    assert db.session.scalars(select(JournalSecret)).all() == []


def test_what_was_said_outside_of_a_unit_of_work_is_not_written_by_the_next_one():
    say("lost")
    write(1)
    assert [entry.subject for entry in entries()] == ["LC24-0000"]


@pytest.mark.parametrize("begun", [0, 2], ids=["from nothing", "onto a chain"])
def test_units_of_work_at_the_same_time_all_land_in_one_unbroken_chain(app, begun):
    write(begun)
    db.session.remove()
    done = together(app, [lambda: write(3) for _ in range(4)])
    assert done == [None] * 4
    assert [entry.seq for entry in entries()] == list(range(1, 13 + begun))
    assert breaks() == []
    assert len(db.session.scalars(select(JournalHead)).all()) == 1


@pytest.mark.usefixtures("app")
def test_a_long_chain_is_walked_in_pages(monkeypatch):
    monkeypatch.setattr(walk, "_STEP", 2)
    write(5, personal={"phone": SECRET})
    assert breaks() == []
    behind_its_back("UPDATE journal_secrets SET salt = '00' WHERE id = 3")
    assert [seq for seq, _ in breaks()] == [3]
