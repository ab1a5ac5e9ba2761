"""What was imported without an index of addresses gets it, once, whoever is interrupted; nothing else is touched."""

from sqlalchemy import select, update

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Record, Revision
from casework.operations import index_emails as indexing
from casework.operations.index_emails import index_emails
from tests.casework.sample_university import HEADERS, graduate, hand_in, open_university, registration


def indexes():
    db.session.rollback()
    return dict(db.session.execute(select(Revision.id, Revision.email_index)).all())


def slices(most=100):
    after, written = 0, []
    while after is not None and len(written) < most:
        with unit_of_work():
            done = index_emails(after=after)
        after, written = done.after, [*written, done.written]
    return written


def test_the_index_comes_back_as_the_import_wrote_it_in_slices_and_twice_is_once(
    app, monkeypatch, command_line, tmp_path
):
    open_university()
    addresses = [f"Xiao.Ming{number}@edu.example.com" if number % 4 else "" for number in range(1, 13)]
    some = [graduate(number, 邮箱=address) for number, address in enumerate(addresses, 1)]
    hand_in(registration(tmp_path, *some, headers=(*HEADERS, "邮箱")), app.extensions["casework"])
    before = indexes()
    known = {key for key, index in before.items() if index is not None}
    assert len(known) == 9
    with unit_of_work():
        db.session.execute(update(Revision).values(email_index=None))
    monkeypatch.setattr(indexing, "AT_ONCE", 4)
    slices(most=1)  # somebody ended it after the first slice
    assert {key for key, index in indexes().items() if index is not None} < known
    command_line.done("index")
    current = set(db.session.scalars(select(Record.revision_id)))
    assert {key: index for key, index in indexes().items() if key in current} == {
        key: index for key, index in before.items() if key in current
    }
    assert sum(slices()) == 0
    assert "补建0条" in command_line.done("index")
