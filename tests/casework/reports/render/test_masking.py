import pytest

from casework.reports.render.masking import mask_name, masked
from tests.casework.reports.sample import make_row


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("邵艳心", "邵**"),
        ("欧阳晓明", "欧阳**"),
        ("欧阳", "欧*"),
        ("阿依古丽·买买提", "阿***·买**"),
        ("张", "张"),
        ("𠮷田", "𠮷*"),
        ("", ""),
    ],
)
def test_a_name_keeps_its_first_character_and_its_length(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize(("phone", "shown"), [("13812346021", "138****6021"), ("8601234", "8******"), ("", "")])
def test_a_telephone_number_keeps_its_ends_only_if_something_lies_between(phone, shown):
    assert masked(make_row(phone=phone)).phone == shown


def test_what_names_no_person_is_left_as_it_is():
    row = make_row()
    assert masked(row).employer == row.employer
    assert masked(row).case == row.case
