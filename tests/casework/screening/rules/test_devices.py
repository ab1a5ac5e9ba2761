import pytest

from casework.screening.rules.devices import PROXY_CONFIRMATION
from tests.casework.screening import kit
from tests.casework.screening.rules.small import frames, naive, observed, record


def answer(number, at, *, device="d", status="confirmed"):
    return {
        "student_no": str(number),
        "status": status,
        "confirm_time": kit._moment(f"2024-08-20 {at}:00"),
        "snapshot_on": kit._day("2024-08-22"),
        "device": device,
    }


def _found(answers, *, colleges=("甲学院",), rule=PROXY_CONFIRMATION):
    numbers = sorted({row["student_no"] for row in answers})
    rows = [
        record(number, college=colleges[n % len(colleges)], class_name="一班", counsellor="辅导员")
        for n, number in enumerate(numbers)
    ]
    return observed(rule, frames(records=rows, confirmations=answers))


FIVE = [answer(n, f"10:{n:02}") for n in range(1, 6)]


def test_five_on_one_device_within_two_hours_are_found():
    found = _found(FIVE)
    assert set(found) == {"1", "2", "3", "4", "5"}
    assert (found["1"]["graduates"], found["1"]["minutes"], found["1"]["one_class"]) == (5, 4, True)
    assert "d" not in found["1"].values()


@pytest.mark.parametrize(
    "answers",
    [
        FIVE[:4],
        [*FIVE[:4], FIVE[0]],
        [*FIVE[:4], answer(1, "10:30")],  # the same person again
        [*FIVE[:4], answer(5, "12:02")],  # two hours and a minute after the first
        [*FIVE[:4], answer(5, "10:05", device="e")],
        [answer(n, "10:00", device=None) for n in range(1, 9)],
        [answer(n, "10:00", device="") for n in range(1, 9)],
        [*FIVE[:4], answer(5, "10:05", status="never_signed")],
    ],
    ids=["four", "same answer", "same person", "later", "other device", "no device", "blank device", "denial"],
)
def test_less_than_that_is_nothing(answers):
    assert _found(answers) == {}


def test_a_crowd_takes_in_whoever_is_within_two_hours_of_enough_others():
    late = [answer(6, "11:59"), answer(7, "15:00")]
    assert set(_found([*FIVE, *late])) == {"1", "2", "3", "4", "5", "6"}


def test_a_machine_in_a_hall_serves_several_colleges():
    hall = [answer(n, f"10:{n:02}") for n in range(1, 10)]
    assert _found(hall, colleges=("甲学院", "乙学院", "丙学院")) == {}
    assert _found(hall, colleges=("甲学院", "乙学院"))
    counted = naive(PROXY_CONFIRMATION, ("AND colleges <= $colleges", ""))
    assert _found(hall, colleges=("甲学院", "乙学院", "丙学院"), rule=counted)


def test_who_forgets_the_time_accuses_a_shared_machine():
    week = [
        answer(n, f"{n + 8:02}:00") | {"confirm_time": kit._moment(f"2024-08-{n + 10} 10:00:00")} for n in range(1, 8)
    ]
    forgetful = naive(
        PROXY_CONFIRMATION,
        (
            "RANGE BETWEEN CURRENT ROW AND to_hours($hours) FOLLOWING",
            "RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
        ),
    )
    assert _found(week, rule=forgetful)
    assert _found(week) == {}


def test_one_answer_in_several_snapshots_is_one_answer():
    again = [row | {"snapshot_on": kit._day(f"2024-08-{day}")} for row in FIVE[:4] for day in (22, 25, 31)]
    assert _found(again) == {}


def test_a_make_of_telephone_is_no_device():
    crowd = [*FIVE, *(answer(n, f"{n % 8 + 14}:00") for n in range(10, 90))]
    colleges = tuple(f"{n}学院" for n in range(11))
    rows = [record(n, college=colleges[0]) for n in range(1, 6)]
    rows += [record(n, college=colleges[n % len(colleges)]) for n in range(10, 90)]
    given = frames(records=rows, confirmations=crowd)
    assert observed(PROXY_CONFIRMATION, given) == {}
    assert observed(naive(PROXY_CONFIRMATION, ("<= $colleges_in_all", "> 0")), given)
