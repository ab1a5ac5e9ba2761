from datetime import timedelta

import pytest

from casework.errors import Unavailable
from casework.notices.manners import PLAIN, Manners, Rate


def test_what_nobody_sets_has_a_sane_value():
    manners = Manners.read({})
    assert (manners.gather, manners.letters_a_day, manners.sms_a_day) == (timedelta(seconds=60), 5, 3)
    assert manners.caps["aliyun"] == 50
    assert manners.rates["smtp"] == Rate(10, 50)
    assert "simulator" not in manners.rates


def test_every_setting_can_be_given_and_zero_means_not_limited():
    manners = Manners.read(
        {
            "gather_seconds": "0",
            "letters_a_day": "0",
            "sms_a_day": "7",
            "cap_aliyun": "0",
            "cap_tencent": "20",
            "rate_smtp": "0",
            "rate_wecom": "2.5/9",
            "rate_simulator": "4",
        }
    )
    assert (manners.gather, manners.letters_a_day, manners.sms_a_day) == (timedelta(), None, 7)
    assert manners.caps == {"tencent": 20}
    assert "smtp" not in manners.rates
    assert (manners.rates["wecom"], manners.rates["simulator"]) == (Rate(2.5, 9), Rate(4, 4))


def test_plain_manners_limit_nothing():
    assert (PLAIN.gather, PLAIN.letters_a_day, PLAIN.sms_a_day, PLAIN.caps, PLAIN.rates) == (
        timedelta(),
        None,
        None,
        {},
        {},
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gather_seconds", "soon"),
        ("gather_seconds", "3601"),
        ("letters_a_day", "-1"),
        ("sms_a_day", "三"),
        ("cap_aliyun", ""),
        ("rate_smtp", "10/"),
        ("rate_smtp", "-1"),
        ("rate_smtp", "nan"),
        ("letters_a_week", "1"),
        ("rate_", "1"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_its_name(name, value):
    with pytest.raises(Unavailable) as refused:
        Manners.read({name: value})
    assert refused.value.params["name"] == f"SENDING_{name.upper()}"
