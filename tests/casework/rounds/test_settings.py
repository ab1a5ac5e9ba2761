import copy
import json

import pytest

from casework.errors import Invalid
from casework.rounds import settings
from casework.rounds.models import Round
from casework.rounds.tables import SHIPPED

GOOD = json.loads((SHIPPED / "2024" / "round.json").read_text(encoding="utf-8"))["settings"]


def changed(path, value):
    made = copy.deepcopy(GOOD)
    *way, last = path
    place = made
    for part in way:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return made


def test_what_ships_is_complete_and_sensible():
    assert settings.checked(GOOD) == GOOD


WRONG = [
    (("limits", "high", "begin"), 0, "begin"),
    (("limits", "high", "begin"), "1", "begin"),
    (("limits", "high", "conclude"), None, "conclude"),
    (("limits", "awful"), {"begin": 1, "conclude": 1, "accept": 1}, "limits.awful"),
    (("signature_grade",), 4, "signature_grade"),
    (("signatories", "university"), [], "signatories.university"),
    (("signatories", "university"), ["dean"], "signatories.university"),
    (("recipients", "university"), ["press"], "recipients.university"),
    (("ladder", 0, "audience"), "everybody", "ladder.0.audience"),
    (("ladder", 0, "offset"), -99, "ladder.0.offset"),
    (("quiet_hours", "from"), "25:00", "quiet_hours.from"),
    (("checklist",), [], "checklist"),
    (("rate_version",), None, "rate_version"),
    (("surprise",), 1, "surprise"),
]


@pytest.mark.parametrize(
    ("path", "value", "place"), WRONG, ids=[".".join(map(str, row[0])) + f"={row[1]}" for row in WRONG]
)
def test_what_is_missing_or_out_of_range_is_named_by_its_place(path, value, place):
    with pytest.raises(Invalid) as refusal:
        settings.checked(changed(path, value))
    assert any(place in named for named in refusal.value.fields)
    assert place in str(refusal.value)


def test_every_wrong_place_is_named_at_once():
    wrong = changed(("signature_grade",), 9) | {"checklist": [], "surprise": True}
    with pytest.raises(Invalid) as refusal:
        settings.checked(wrong)
    assert len(refusal.value.fields) == 3


def test_a_round_answers_for_its_settings():
    round_ = Round(settings=GOOD)
    assert settings.slots(round_, "university") == ("party_leader", "admin_leader")
    assert settings.slots(round_, "ministry") == ()
    assert settings.recipients(round_, "province") == ("discipline", "superior")
    assert settings.checklist(round_)[0] == "N1.1"
    assert settings.limits(round_)["critical"]["begin"] == 1
    assert settings.ladder(round_)[0]["code"] == "remind_5"
    assert [each.hour for each in settings.quiet_hours(round_)] == [22, 8]
