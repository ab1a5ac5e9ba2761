"""Rows to which others point are locked so that a new row may still point to them."""

import re

from tests.architecture.source import modules

PLAIN = re.compile(r"with_for_update\(of=(?:Lead|Campaign|Wave|ContactTask)\b")
"""What a foreign key has to wait for: whoever writes a step of a lead would wait for whoever waits for them."""


def test_no_lock_of_a_lead_or_a_campaign_keeps_foreign_keys_waiting():
    found = [module.path for module in modules() if PLAIN.search(module.text)]
    assert found == []
