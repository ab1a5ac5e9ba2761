"""How two revisions are compared: a value reads the same before and after the database."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from casework.intake.writers.graduates import PLAIN, SEALED, VALUES, plain

CST = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (None, "", ""),
        (Decimal(6000), Decimal("6000.00"), "6000"),
        (Decimal("6500.5"), Decimal("6500.50"), "6500.50"),
        (Decimal("4.00"), "4", "4"),
        (2024, 2024, "2024"),
        (date(2024, 6, 1), "2024-06-01", "2024-06-01"),
        (
            datetime(2024, 7, 19, 22, 39, 14, tzinfo=CST),
            datetime(2024, 7, 19, 14, 39, 14, tzinfo=UTC),
            "2024-07-19T14:39:14+00:00",
        ),
    ],
)
def test_a_value_is_one_text_whatever_the_database_made_of_it(before, after, text):
    assert plain(before) == plain(after) == text


def test_every_value_is_either_plain_or_sealed():
    assert not set(PLAIN) & set(SEALED)
    assert len(set(VALUES)) == len(VALUES)
    assert {"phone", "id_number", "email", "birth_date", "exam_no"} <= set(SEALED)
