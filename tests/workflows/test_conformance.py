"""A replayed case or report follows its table of steps, or every step that does not is named."""

import pytest

from workflows.conformance import replay
from workflows.report import REPORT

BEGUN = [("open", "flagged"), ("assign", ""), ("begin", "investigating"), ("verify", "")]
CLOSED = [*BEGUN, ("conclude", "corrected"), ("accept", "corrected"), ("sign_off", "signed_off"), ("file", "filed")]
TRACES = [
    ("filed", CLOSED, []),
    ("reopened after filing", [*CLOSED, ("drift", ""), ("reopen", "investigating")], []),
    ("merged and back", [*BEGUN, ("merge", "merged"), ("unmerge", "investigating")], []),
    ("only notes", [("note", "")], []),
    ("never opened", BEGUN[2:], [(0, "begin")]),
    ("opened twice", [*BEGUN, ("open", "flagged")], [(4, "open")]),
    ("signed without a conclusion", [*BEGUN, ("sign_off", "signed_off"), ("file", "filed")], [(4, "sign_off")]),
    ("a step missing", [each for each in CLOSED if each[0] != "sign_off"], [(6, "file")]),
    ("led elsewhere", [*BEGUN, ("conclude", "filed")], [(4, "conclude")]),
]


@pytest.mark.parametrize(("trace", "breaks"), [row[1:] for row in TRACES], ids=[row[0] for row in TRACES])
def test_every_step_that_does_not_lead_on_is_named(trace, breaks):
    found = replay(trace)
    assert list(found.breaks) == breaks
    assert (found.fitness == 1.0) == (not breaks)


FROZEN = [("draft", "draft"), ("draft", ""), ("freeze", "frozen")]
REPORTS = [
    ("filed", [*FROZEN, ("sign", "signed"), ("file", "filed")], []),
    ("refused and frozen again", [*FROZEN, ("refuse", "stale"), ("redraft", "draft"), ("freeze", "frozen")], []),
    ("frozen again without a draft", [*FROZEN, ("refuse", "stale"), ("freeze", "frozen")], [(4, "freeze")]),
    ("begun twice", [*FROZEN, ("draft", "draft")], [(3, "draft")]),
    ("filed unsigned", [*FROZEN, ("file", "filed")], [(3, "file")]),
]


@pytest.mark.parametrize(("trace", "breaks"), [row[1:] for row in REPORTS], ids=[row[0] for row in REPORTS])
def test_a_report_is_replayed_against_its_own_table(trace, breaks):
    assert list(replay(trace, cycle=REPORT).breaks) == breaks
