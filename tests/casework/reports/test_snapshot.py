import json

import pytest

from casework.cases.canonical import canonical_bytes
from casework.reports.rates import shipped
from casework.reports.snapshot import Cited, Snapshot, content_hashes, document_contents
from tests.casework.reports.sample import make_row, make_snapshot


def test_a_snapshot_survives_the_journey_through_json():
    stored = json.loads(canonical_bytes(make_snapshot().to_dict()))
    assert Snapshot.from_dict(stored) == make_snapshot()
    assert content_hashes(Snapshot.from_dict(stored)) == content_hashes(make_snapshot())


def test_nothing_in_a_snapshot_escapes_the_hashes():
    whole = make_snapshot(form=2, cites=(Cited("LZ24-R1", "岭中大学", "0" * 64),))
    shown = {key for content in document_contents(whole).values() for key in content}
    assert set(make_snapshot().to_dict()) <= shown


@pytest.mark.parametrize(
    ("changes", "documents"),
    [
        ({"rows": (make_row("LC24-0077"),)}, {"records", "report"}),
        ({"open_cases": ()}, {"report"}),
        ({"causes": ("其他",)}, {"report"}),
        ({"destinations": {"10": 1}}, {"report"}),
        ({"organisation": "另一大学"}, {"plan", "records", "report"}),
        ({"wording": {"plan.closing": "请遵照执行。"}}, {"plan"}),
        ({"wording": {"report.closing": "特此报告。"}}, {"report"}),
        ({"definitions": shipped()}, {"report"}),
        ({"code_names": {"10": "签就业协议形式就业"}}, {"report"}),
    ],
)
def test_a_change_changes_the_documents_that_show_it(changes, documents):
    before, after = content_hashes(make_snapshot(form=2)), content_hashes(make_snapshot(form=2, **changes))
    assert {name for name in before if before[name] != after[name]} == documents


def test_what_was_frozen_before_words_were_kept_hashes_as_it_did():
    stored = make_snapshot().to_dict()
    for name in ("form", "wording", "definitions", "code_names"):
        del stored[name]
    old = Snapshot.from_dict(stored)
    assert "wording" not in document_contents(old)["report"]
    assert content_hashes(old) == content_hashes(make_snapshot())
