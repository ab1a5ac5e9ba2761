"""Keys change while the service runs: everything is sealed anew in slices, whoever dies or writes meanwhile."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, create_engine, select, text, type_coerce

from casework import clock, journal, storage
from casework.cases.models import Move
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.leads import drafts
from casework.operations import sealed_places
from casework.operations.land_push import land_push
from casework.operations.sealed_places import columns, reseal_slice
from casework.sealing import ring
from tests.architecture.source import modules
from tests.casework.factories import NOON, make_case, make_person, make_record, make_round, make_tree

WORDS = "本人从未签约"
DOCUMENT = b"%PDF-1.4 one\n%%EOF\n"
MOVES = next(place for place in columns() if place.name == "case_moves.words")
WRITTEN = select(Move).where(Move.words.is_not(None)).order_by(Move.id)
FIRST, SECOND = b"\x02k1", b"\x02k2"


@pytest.fixture
def told(app, command_line):
    """Return how its administrator types a command in an office that has sealed something of every sort."""
    settings = app.extensions["casework"]
    with clock.stopped_at(NOON):
        tree, round_ = make_tree(), make_round()
        person = make_person("administrator", tree.university)
        person.mobile = "13812346021"
        record = make_record(tree.university, round_, sealed={"phone": "13812346021"})
        case = make_case(tree.university, round_, records=[record], owner=make_person("investigator", tree.university))
        case.moves.extend(Move(action="note", words=f"{WORDS}{number}") for number in range(5))
        db.session.commit()
        with unit_of_work():
            kept = {"action": "x:note", "actor": "1", "subject": case.number, "personal": {"words": WORDS}}
            journal.record(organisation_id=tree.university.id, **kept)
            storage.keep(DOCUMENT, media_type="application/pdf", folder=settings.files_dir)
            land_push("aliyun", [{"phone_number": "13812346021"}])
        drafts.write(settings, "abc", DOCUMENT)
        login, actor = person.login, person.id
    return lambda *words: command_line.run("keys", *words, "--as", login).output, actor


def words():
    db.session.expire_all()
    return [move.words for move in db.session.scalars(WRITTEN)]


def _die():
    raise RuntimeError


def heads(place):
    db.session.rollback()
    found = db.session.scalars(select(type_coerce(place.column, LargeBinary)).where(place.column.is_not(None)))
    return [bytes(value)[:3] for value in found]


def everywhere(settings):
    pushes = db.session.scalars(text("SELECT body FROM receipt_inbox")).all()
    pushed = [bytes.fromhex((json.loads(body) if isinstance(body, str) else body)["sealed"])[:3] for body in pushes]
    files = [path.read_bytes()[:3] for path, _ in sealed_places.files_of(settings)]
    return {*pushed, *files, *(head for place in columns() for head in heads(place))}


def test_a_new_key_takes_over_everything_and_the_old_one_goes_only_then(app, settings, command_line, told):
    keys, actor = told
    with clock.stopped_at(NOON):
        assert everywhere(settings) == {FIRST}
        assert "不能停用" in keys("retire", "k1")  # it is the one that seals
        assert "已添加密钥 k2" in keys("add")
        assert "还有" in keys("retire", "k1")
        assert "仍由旧密钥加密 0 项" in keys("reseal")
        assert everywhere(settings) == {SECOND}
        assert "不到一小时" in keys("retire", "k1")
        assert "没有密钥" in keys("retire", "k7")
    with clock.stopped_at(NOON + timedelta(hours=1)):
        assert "k1 已停用" in keys("retire", "k1")
    assert command_line.done("keys", "list").splitlines() == [
        line for line in command_line.done("keys", "list").splitlines() if line.startswith("k2")
    ]
    command_line.done("check", "journal")
    assert drafts.read(settings, "abc") == DOCUMENT
    assert words() == [f"{WORDS}{number}" for number in range(5)]
    said = db.session.scalars(select(JournalEntry).where(JournalEntry.action.startswith("keys:")))
    assert [(each.action, each.subject, each.actor) for each in said] == [
        ("keys:add", "k2", str(actor)),
        ("keys:reseal", "k2", str(actor)),
        ("keys:retire", "k1", str(actor)),
    ]


def test_a_run_that_died_between_slices_goes_on_where_it_stood_and_rows_written_meanwhile_stay(
    app, settings, told, monkeypatch
):
    keys, _ = told
    keys("add")
    monkeypatch.setattr(sealed_places, "SLICE_ROWS", 2)
    ring().refresh()
    with unit_of_work():
        first = reseal_slice(MOVES)
    assert (first.resealed, heads(MOVES).count(FIRST)) == (2, 3)
    with monkeypatch.context() as killed:
        killed.setattr(journal, "seal", _die)  # ended before the slice was committed: nothing of it is left
        with pytest.raises(RuntimeError), unit_of_work():
            reseal_slice(MOVES, after=first.after)
    assert heads(MOVES).count(FIRST) == 3
    with unit_of_work():
        for move in db.session.scalars(WRITTEN).all()[1:4]:
            move.words = "改写"
    assert heads(MOVES).count(FIRST) == 1
    assert "仍由旧密钥加密 0 项" in keys("reseal")
    assert words() == [f"{WORDS}0", "改写", "改写", "改写", f"{WORDS}4"]
    assert "字段 0 项、文件 0 个" in keys("reseal")


def test_a_row_that_somebody_is_changing_is_left_for_later_and_what_does_not_open_is_counted(app, settings, told):
    keys, _ = told
    keys("add")
    ring().refresh()
    ids = [move.id for move in db.session.scalars(WRITTEN)]
    db.session.rollback()
    db.session.execute(text("UPDATE case_moves SET words = :cut WHERE id = :id"), {"cut": b"\x02k1", "id": ids[0]})
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        other = create_engine(settings.database_url)
        with other.begin() as elsewhere:
            elsewhere.execute(text("SELECT set_config('casework.cases', '*', true)"))  # else nothing is seen there
            elsewhere.execute(text("SELECT 1 FROM case_moves WHERE id = :id FOR UPDATE"), {"id": ids[1]}).one()
            with unit_of_work():
                done = reseal_slice(MOVES)  # and does not wait
        other.dispose()
        assert (done.resealed, done.broken) == (3, 1)
    assert "打不开 1 项；仍由旧密钥加密 1 项" in keys("reseal")
    assert "还有 1 项" in keys("retire", "k1")


def test_a_file_that_goes_while_it_is_sealed_anew_does_not_come_back(app, settings, told):
    keys, _ = told
    keys("add")
    ring().refresh()
    path, context = sealed_places.files_of(settings)[0]
    storage.remove(path)
    assert sealed_places.reseal_file(path, context) is False
    assert not path.exists()


def test_everything_that_is_sealed_by_hand_is_known_to_the_places():
    """Whoever seals with the ring itself must be sealed anew too: the list of those modules is complete."""

    assert {module.path for module in modules() if "ring().seal(" in module.text} == {
        "casework/leads/drafts.py",
        "casework/operations/land_push.py",
        "casework/sealing.py",
        "casework/storage.py",
        "casework/web/public_lead_visit.py",  # lies in the visitor's browser and nowhere here, for a day at most
    }


def test_only_the_highest_administrator_changes_keys(app, settings, told, command_line):
    other = make_person("supervisor", make_tree().university).login
    db.session.commit()
    for words in (("add",), ("reseal",), ("retire", "k1")):
        assert "管理员" in command_line.refused("keys", *words, "--as", other)
    assert everywhere(settings) == {FIRST}
