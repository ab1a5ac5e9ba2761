import pytest
from sqlalchemy import inspect, select, text

from casework.cases.models import Evidence, Move, Verification
from casework.db import db
from casework.intake.models import Revision
from casework.sealing import KeyRing, SealBroken
from tests.casework.factories import (
    add_correction,
    add_verification,
    make_case,
    make_person,
    make_record,
    make_round,
    make_tree,
)

KEYS = {"k1": bytes(range(32))}
INDEX = bytes(32)


@pytest.fixture
def ring():
    return KeyRing(KEYS, INDEX)


def test_what_was_sealed_opens_for_the_same_context(ring):
    assert ring.unseal(ring.seal("欧阳晓明".encode(), "revision"), "revision").decode() == "欧阳晓明"


def test_the_same_value_never_seals_to_the_same_bytes(ring):
    assert len({ring.seal(b"value", "context") for _ in range(50)}) == 50


def test_another_context_does_not_open(ring):
    with pytest.raises(SealBroken):
        ring.unseal(ring.seal(b"value", "evidence"), "note")


def test_another_key_under_the_same_name_does_not_open(ring):
    with pytest.raises(SealBroken):
        KeyRing({"k1": bytes(32)}, INDEX).unseal(ring.seal(b"value", "context"), "context")


def test_a_key_that_is_not_on_the_ring_does_not_open(ring):
    with pytest.raises(SealBroken):
        KeyRing({"k2": bytes(range(32))}, INDEX).unseal(ring.seal(b"value", "context"), "context")


def test_no_byte_can_be_changed(ring):
    sealed = ring.seal(b"value", "context")
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(SealBroken):
            ring.unseal(changed, "context")


def test_no_byte_can_be_cut_off(ring):
    sealed = ring.seal(b"value", "context")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            ring.unseal(sealed[:length], "context")


def test_after_a_change_of_keys_the_old_opens_and_the_new_seals(ring):
    old = ring.seal(b"value", "context")
    later = KeyRing(KEYS | {"k2": bytes(32)}, INDEX)
    assert later.unseal(old, "context") == b"value"
    fresh = later.seal(b"value", "context")
    assert fresh.startswith(b"\x02k2")
    with pytest.raises(SealBroken):
        ring.unseal(fresh, "context")


def test_blind_indexes_are_equal_for_equal_values_of_one_kind_and_for_nothing_else(ring):
    token = ring.index("phone", "13812346021")
    assert token == ring.index("phone", "13812346021")
    others = {ring.index("phone", "13812346022"), ring.index("id_number", "13812346021")}
    others |= {KeyRing(KEYS, bytes(range(32))).index("phone", "13812346021")}
    assert token not in others
    assert len(others | {token}) == 4
    assert "1381234" not in token


PRIVATE = ("13812346021", "110101200001011234", "xiaoming@stu.example.com", "本人承认从未去过该单位", "扫描件欧阳.pdf")


@pytest.fixture
def personal(app):
    tree, round_ = make_tree(), make_round()
    owner = make_person("investigator", tree.university)
    sealed = {"phone": PRIVATE[0], "id_number": PRIVATE[1], "email": PRIVATE[2]}
    record = make_record(tree.university, round_, sealed=sealed)
    case = make_case(tree.university, round_, records=[record], owner=owner, state="investigating")
    add_verification(case, by=owner, note=PRIVATE[3])
    add_correction(case, by=owner, field="employer_phone", old=PRIVATE[0], new="02787654321")
    case.moves.append(Move(action="note", words=PRIVATE[3]))
    db.session.commit()


@pytest.mark.usefixtures("app", "personal")
def test_the_database_holds_nothing_personal_in_the_clear(settings):
    for table in inspect(db.engine).get_table_names():
        for row in db.session.execute(text(f"SELECT * FROM {table}")):  # noqa: S608 - the database's own names
            shown = repr([bytes(value) if isinstance(value, memoryview) else value for value in row])
            found = [value for value in PRIVATE if value in shown or repr(value.encode())[2:-1] in shown]
            assert not found, table
    db.session.rollback()
    for path in settings.data_dir.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not [value for value in PRIVATE if value.encode() in content], path


@pytest.mark.usefixtures("app", "personal")
def test_the_service_reads_what_is_sealed():
    assert db.session.scalars(select(Revision)).one().sealed["email"] == PRIVATE[2]
    assert db.session.scalars(select(Verification)).one().note == PRIVATE[3]
    assert db.session.scalars(select(Evidence)).all() == []
