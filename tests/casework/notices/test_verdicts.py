from datetime import time

import pytest

from casework.notices.gate import quiet_until
from tests.casework.notices.office import beijing

NIGHT = (time(22), time(8))
NOON = (time(12), time(14))


@pytest.mark.parametrize(
    ("moment", "hours", "until"),
    [
        (beijing(7, 24, 21, 59), NIGHT, None),
        (beijing(7, 24, 22), NIGHT, beijing(7, 25, 8)),
        (beijing(7, 25, 0), NIGHT, beijing(7, 25, 8)),
        (beijing(7, 25, 7, 59), NIGHT, beijing(7, 25, 8)),
        (beijing(7, 25, 8), NIGHT, None),
        (beijing(8, 31, 23, 59), NIGHT, beijing(9, 1, 8)),
        (beijing(7, 24, 12), NOON, beijing(7, 24, 14)),
        (beijing(7, 24, 14), NOON, None),
        (beijing(7, 24, 3), NOON, None),
    ],
)
def test_quiet_hours_end_at_their_own_hour_of_beijing_also_across_midnight(moment, hours, until):
    assert quiet_until(moment, *hours) == until
