from datetime import date

import pytest

from casework.cases.canonical import NotCanonical, canonical_bytes, canonical_hash, plain

# From RFC 8785, section 3.2.3: keys are sorted by UTF-16 code units, not by code points.
SORTED = '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin","€":"Euro","😂":"Smiley","\ufb33":"Dalet"}'


def test_keys_are_sorted_as_the_rfc_sorts_them():
    value = {
        "€": "Euro",
        "\r": "Carriage Return",
        "\ufb33": "Dalet",
        "1": "One",
        "😂": "Smiley",
        "\u0080": "Control",
        "ö": "Latin",
    }
    assert canonical_bytes(value).decode() == SORTED
    naive = "".join(sorted(value))
    assert naive.index("😂") > naive.index("\ufb33")


@pytest.mark.parametrize(
    ("one", "other"),
    [({"a": 1, "b": 2}, {"b": 2, "a": 1}), ({"a": (1, 2)}, {"a": [1, 2]}), ({"a": 1.0}, {"a": 1})],
)
def test_one_meaning_has_one_hash(one, other):
    assert canonical_hash(one) == canonical_hash(other)


@pytest.mark.parametrize("value", [date(2024, 8, 5), float("nan"), 2**60, {1: 2}, "\ud800", object()])
def test_what_json_cannot_say_in_one_way_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical_bytes({"value": value})


def test_a_plain_copy_shares_nothing_with_its_original():
    original = {"a": ({"b": [1]},)}
    copy = plain(original)
    assert copy == {"a": [{"b": [1]}]}
    copy["a"][0]["b"].append(2)
    assert original["a"][0]["b"] == [1]
