"""Nothing in the service removes or changes what the journal holds, and every verb that writes says so in it."""

import ast
from collections.abc import Iterator

from tests.architecture.source import Module, modules, parse

KEPT = ("JournalEntry", "JournalCheckpoint")
TABLES = ("journal_entries", "journal_checkpoints")
REMOVERS_OF_SECRETS = {"casework/operations/erase_values.py"}
WRITING = {"add", "add_all", "delete", "insert_new", "affected"}
SAYERS = {"record", "tell", "note_step", "move_report", "move_campaign", "take_lead", "advance"}
SILENT = {
    "check_identity": "counts tries; what the graduate answers is journalled when it is taken",
    "count_board": "keeps sums that can be counted again at any time",
    "digest": "writes messages, whose life is told by their own rows and attempts",
    "drain": "moves messages on their way out, whose life is told by their own rows and attempts",
    "fan_out": "writes letters and counts them; the beginning of the wave is journalled with the hash of its list",
    "homes": "answers a question; what it adds to are sets of its own",
    "keep_draft": "keeps what nobody has sent yet; what is sent is journalled as a lead",
    "land_push": "keeps what a provider says until it is applied to a message",
    "note_bounce": "notes what a mail server says of an address; no person has done anything",
    "record_attempt": "notes what a provider answered about a message",
    "reprojection": "draws up a sum before anything is changed; what it adds to are lists of its own",
    "seal_case": "seals what a step rests on; the step is journalled with the hash of its seals",
    "send_identity_code": "keeps a code for some minutes; the answer that it opens is journalled",
    "show_code": "notes that a code was shown once; the lead that it belongs to is journalled",
    "stage_batch": "reads a file into staging; taking and writing the file are journalled",
    "watch_drift": "finds differences; each is journalled where it is brought to a case",
}
"""Operations that write rows and journal nothing, each with why."""


def rewrites(module: Module, names: tuple[str, ...] = KEPT) -> Iterator[str]:
    """Yield what would change or remove rows of these tables: statements, `query(…).delete()`, SQL in a string."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _changes(node, names):
            yield module.place(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_sql(node.value):
            yield module.place(node)


def _changes(call: ast.Call, names: tuple[str, ...]) -> bool:
    verb = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if verb not in {"update", "delete"}:
        return False
    said = [ast.unparse(each) for each in (*call.args, call.func)]
    return any(name in each.replace("[", "(").split("(")[-1] or f"({name}" in each for name in names for each in said)


def _is_sql(text: str) -> bool:
    words = text.upper().split()
    deeds = {"UPDATE", "DELETE", "TRUNCATE"}
    return any(table in text for table in TABLES) and bool(words) and words[0] in deeds


def writes(module: Module) -> bool:
    """Say whether a module adds, changes or removes rows itself."""
    return any(isinstance(node, ast.Call) and _name(node) in WRITING for node in ast.walk(module.tree))


def says(module: Module) -> bool:
    """Say whether a module journals, by itself or by the one verb that does it for its room."""
    return any(isinstance(node, ast.Call) and _name(node) in SAYERS for node in ast.walk(module.tree))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_nothing_changes_or_removes_what_the_journal_holds():
    assert [place for module in modules() for place in rewrites(module)] == []


def test_one_verb_removes_personal_values():
    assert {m.path for m in modules() if list(rewrites(m, ("JournalSecret",)))} == REMOVERS_OF_SECRETS


def test_every_verb_that_writes_says_so_in_the_journal_or_has_a_reason():
    operations = [m for m in modules() if m.path.startswith("casework/operations/")]
    silent = {m.path.rpartition("/")[2].removesuffix(".py") for m in operations if writes(m) and not says(m)}
    assert silent == SILENT.keys()


def test_these_inspections_see_what_they_look_for():
    for text in (
        "session.execute(delete(JournalEntry))",
        "session.execute(update(JournalEntry).where(JournalEntry.seq == 1).values(actor='9'))",
        "db.session.query(JournalEntry).filter_by(seq=1).delete()",
        "db.session.query(journal.JournalEntry).update({'actor': '9'})",
        "session.execute(text('DELETE FROM journal_entries'))",
        "session.execute(text('update journal_checkpoints set root = 1'))",
    ):
        assert list(rewrites(parse(text))) != [], text
    for text in ("delete(JournalSecret)", "select(JournalEntry)", "found.update(facts)"):
        assert list(rewrites(parse(text))) == [], text
    assert writes(parse("db.session.add(Case())"))
    assert says(parse("journal.record(action='x')"))
    assert not says(parse("db.session.add(Case())"))
