import json

import pytest

from casework.errors import Invalid
from casework.notices.invariants.fact import Acceptance, read_log
from tests.casework.notices.outward import NOW


def test_a_line_that_is_no_acceptance_is_refused_and_one_still_being_written_left_out(tmp_path):
    path = tmp_path / "carrier.jsonl"
    line = {"ref": "a", "reference": "b", "at": NOW.isoformat()}
    path.write_text(json.dumps(line) + "\n" + '{"ref":')
    assert read_log(path) == (Acceptance("a", "b", NOW),)
    path.write_text('{"ref": 1}\n')
    with pytest.raises(Invalid):
        read_log(path)
