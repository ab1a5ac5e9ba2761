"""Every table that holds what belongs to an organisation stands behind the second wall, or here with its reason."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from casework.models import metadata
from casework.overview.walls import ROWS_WALLED
from casework.people.reach import GROUPS, WITHOUT_MATTERS
from tests.support.databases import ROOT
from workflows.access import ACTIONS

MATTERS = frozenset({"cases", "findings", "drifts", "leads", "records", "reports", "filings"})
"""Walled tables on which others hang."""
COUNTS, LINKS = (
    "counters and settings of an organisation, about nobody",
    "joins numbers of rows that are walled themselves",
)
SENT = "what was said to whom is asked for by its reader, in whatever organisation the matter lies"
NAMED = {
    "appointments": "who serves where is what everything else is decided by",
    "case_counters": COUNTS,
    "lead_counters": COUNTS,
    "plans": "papers of the office that hold no person's words",
    "report_wordings": COUNTS,
    "checklist_answers": "papers of the office that hold no person's words",
    "measures": "papers of the office that hold no person's words",
    "mandates": "who signs for whom is asked for at every signature",
    "presses": COUNTS,
    "campaigns": COUNTS,
    "screening_runs": COUNTS,
    "screening_weights": COUNTS,
    "samples": COUNTS,
    "spot_checks": COUNTS,
    "statutory_dates": COUNTS,
    "employer_decisions": "about companies, read by every organisation's screening",
    "operators": "accounts of the registration system, compared with persons to find ties",
    "batches": "what was imported, by file; the rows are walled",
    "changes": "the log of the registration system, read by screening; names accounts, not graduates",
    "contact_tasks": "that a graduate is to be called, by number of the record",
    "journal_entries": "has walls of its own, and is verified as a whole",
    "journal_checkpoints": "has walls of its own, and is verified as a whole",
    "journal_heads": "has walls of its own, and is verified as a whole",
    "legal_holds": "stops an erasure whoever asks for it",
    "case_hand_overs": "tells whoever has lost a case who has it now",
    "case_referrals": "one level asks the next above it; the words are sealed",
    "reading_questions": "asks somebody about their looks, by number; the words are sealed",
    "erasures": "counts what retention has let go, about nobody",
    "messages": SENT,
    "graduate_contacts": SENT,
    "campaign_recipients": LINKS,
    "answer_links": "found by its secret before anybody is known",
    "mails_seen": LINKS,
    "timers": "clocks and rungs, which jobs turn",
    **dict.fromkeys(("case_findings", "case_leads", "case_records", "finding_records", "lead_pairs"), LINKS),
    **dict.fromkeys(("sample_members", "spot_checked_cases"), LINKS),
}


def belongs(table) -> bool:
    targets = {key.column.table.name for key in table.foreign_keys}
    return "organisation_id" in table.c or bool(targets & MATTERS)


def gaps(walled, named=NAMED) -> set[str]:
    """Return the tables that belong to an organisation and are neither walled nor named."""
    return {name for name, table in metadata.tables.items() if belongs(table) and name not in walled | set(named)}


@pytest.fixture
def walled(database):
    """Return the tables with a policy in force for the account of the service."""
    engine = create_engine(database, poolclass=NullPool)
    if engine.dialect.name != "postgresql":
        return None
    with engine.connect() as connection:
        wanted = text(
            "SELECT p.tablename FROM pg_policies AS p JOIN pg_class AS c ON c.relname = p.tablename"
            " AND c.relnamespace = current_schema()::regnamespace WHERE row_security_active(c.oid)"
        )
        return set(connection.scalars(wanted))


def test_every_table_of_an_organisation_is_walled_or_named_with_a_reason(walled):
    if walled is None:
        return  # a file knows no accounts
    assert walled == set(ROWS_WALLED) >= MATTERS
    assert gaps(walled) == set()
    assert not walled & set(NAMED)
    assert set(NAMED) <= set(metadata.tables), "a name of a table that is gone"
    assert "evidence" in gaps(walled - {"evidence"})  # the inspection sees what it looks for


def test_every_group_of_actions_reaches_something_or_says_why_not():
    groups = {action.partition(":")[0] for action in ACTIONS}
    reaching = frozenset().union(*GROUPS.values())
    assert groups == reaching | set(WITHOUT_MATTERS)
    assert not reaching & set(WITHOUT_MATTERS)


def lifts(source):
    """Yield what each call that looks further than its asker gives as its reason, None for none."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in {
            "reaching",
            "reach_further",
        }:
            why = next((each.value for each in node.keywords if each.arg == "why"), None)
            yield why.value if isinstance(why, ast.Constant) else why and f"as said by {why.id}"


def test_whatever_looks_further_than_its_asker_says_why():
    found = {
        (str(path.relative_to(ROOT)), why)
        for path in Path(ROOT, "casework").rglob("*.py")
        for why in lifts(path.read_text())
    }
    assert len(found) > 10
    assert [each for each in found if not each[1] or len(each[1]) < 10] == []
    assert list(lifts("with reaching('cases'): ...")) == [None]  # the inspection sees what it looks for
