import pytest
from stdnum.cn import uscc

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.credit_codes import employer_known_as, is_valid
from casework.intake.models import Employer
from tests.casework.factories import make_batch, make_record, make_round, make_tree

FIRM, OTHER = "武汉骁岫劳务服务有限公司", "武汉骁岫劳务"
GENUINE = ("91350100M000100Y43", "9111000010169286X1", "91440300708461136T", "914403001922038216")
NOT_ONE = (
    "123456789012345678",  # its last character is right by chance
    "AAAAAAAAAAAAAAAAAA",
    "91350100M000100Y4O",
    "91350100M000100Y4",
    "９1350100M000100Y43",
    "",
)


@pytest.mark.parametrize("code", GENUINE)
def test_a_genuine_code_has_both_check_characters(code):
    assert is_valid(code)
    assert uscc.is_valid(code)


@pytest.mark.parametrize("code", NOT_ONE)
def test_what_nobody_can_have_is_none(code):
    assert not is_valid(code)


def test_one_wrong_character_is_always_found():
    code = "91350100M000100Y43"
    other = {"0": "1", "1": "2", "9": "8", "3": "5", "5": "3", "M": "N", "Y": "X", "4": "6"}
    slips = [code[:at] + other[letter] + code[at + 1 :] for at, letter in enumerate(code)]
    assert [slip for slip in slips if is_valid(slip)] == []


def test_an_employer_is_known_by_the_register_before_the_registrations_and_never_by_those_of_others(app):
    code, elsewhere = "X" * 18, "Y" * 18
    with unit_of_work():
        tree, round_ = make_tree(), make_round()
        for number, name in (("1", OTHER), ("2", FIRM), ("3", FIRM), ("4", "")):
            make_record(tree.university, round_, student_no=number, credit_code=code, employer_name=name)
        where = {"round_id": round_.id, "organisation_id": tree.university.id}
        assert employer_known_as(code, **where) == FIRM
        assert employer_known_as(elsewhere, **where) is None
        assert employer_known_as(code, round_id=round_.id, organisation_id=tree.province.id) is None
        batch = make_batch(tree.university, round_)
        for each, name in ((code, "登记的名称"), (elsewhere, "只在名录中的单位")):
            db.session.add(Employer(round_id=round_.id, credit_code=each, name=name, batch_id=batch.id))
        assert employer_known_as(code, **where) == "登记的名称"
        assert employer_known_as(elsewhere, **where) == "只在名录中的单位"
