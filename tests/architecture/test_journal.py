"""Nothing in the service removes or changes what the journal holds, and every verb that writes says so in it."""

import ast
from collections.abc import Iterator

from casework.operations.copied_words import SIGNED, copies
from tests.architecture.source import Module, modules, parse

KEPT = ("JournalEntry", "JournalCheckpoint")
TABLES = ("journal_entries", "journal_checkpoints")
REMOVERS_OF_SECRETS = {"casework/operations/erase_values.py"}
WRITING = {"add", "add_all", "delete", "insert_new", "affected"}
SAYERS = {"record", "tell", "note_account", "note_step", "move_report", "move_campaign", "take_lead", "advance"}
SILENT = {
    "check_identity": "counts tries; what the graduate answers is journalled when it is taken",
    "count_board": "keeps sums that can be counted again at any time",
    "digest": "writes messages, whose life is told by their own rows and attempts",
    "drain": "moves messages on their way out, whose life is told by their own rows and attempts",
    "fan_out": "writes letters and counts them; the beginning of the wave is journalled with the hash of its list",
    "homes": "answers a question; what it adds to are sets of its own",
    "keep_draft": "keeps what nobody has sent yet; what is sent is journalled as a lead",
    "land_push": "keeps what a provider says until it is applied to a message",
    "passkeys": "spends challenges and counts uses; a new passkey is journalled by `second_factor.note_added`",
    "personal_parts": "names what is erased; whoever erases it journals that",
    "note_bounce": "notes what a mail server says of an address; no person has done anything",
    "record_attempt": "notes what a provider answered about a message",
    "reprojection": "draws up a sum before anything is changed; what it adds to are lists of its own",
    "send_identity_code": "keeps a code for some minutes; the answer that it opens is journalled",
    "show_code": "notes that a code was shown once; the lead that it belongs to is journalled",
    "stage_batch": "reads a file into staging; taking and writing the file are journalled",
    "warn_tokens": "tells owners what they chose themselves, and forgets proofs that nobody could show again",
    "watch_drift": "asks questions; each is told in the case that works on it, each seal that moves by `note_seals`",
}
"""Operations that write rows and journal nothing, each with why."""
IN_THE_STORY = "case_moves.words"
IN_THE_LEAD = "lead_steps.words"
WORDS_KEPT = {
    "add_evidence": {IN_THE_STORY},
    "advance": {IN_THE_STORY, "cases.conclusion_note"},
    "answer_reading": {"reading_questions.answer"},
    "answer_checklist": {f"checklist_answers.{part}" for part in ("method", "examined", "finding", "responsible")},
    "assign": {IN_THE_STORY},
    "assign_lead": {IN_THE_LEAD},
    "change_dates": set(),
    "close_account": {IN_THE_STORY, IN_THE_LEAD},
    "decide_access": {"access_decisions.reason"},
    "change_screening_settings": {"screening_settings.reason"},
    "change_settings": set(),
    "contact_tasks": {"contact_tasks.words"},
    "declare_tie": {"relations.value", "relations.reason", "relations.why_withdrawn"},
    "decide_employer": {"employer_decisions.reason"},
    "decide_pair": {IN_THE_LEAD},
    "decide_spot_check": {IN_THE_STORY, "spot_checked_cases.reason"},
    "drop_message": set(),
    "erase_round": set(),
    "erase_values": set(),
    "export_told": set(),
    "follow_drift": {IN_THE_STORY},
    "hand_over_lead": {IN_THE_LEAD},
    "hold_channel": {"providers.held_because"},
    "holds": {IN_THE_STORY, "holds.reason"},
    "justify_change": {IN_THE_STORY, "justified_changes.reason", "justified_changes.file_name"},
    "lead_steps": {IN_THE_LEAD},
    "legal_holds": {"legal_holds.reason"},
    "link_lead": {IN_THE_LEAD},
    "load_calendar": set(),
    "log_verification": {IN_THE_STORY, "verifications.note"},
    "make_upload": {"uploads.number"},
    "mark_export": set(),
    "measures": {"measures.goal", "measures.measure", "measures.responsible"},
    "move_campaign": {"campaigns.paused_because"},
    "move_lead": {IN_THE_LEAD, "lead_talks.words"},
    "move_report": {"reports.stale_reason", "signatures.lapse_reason"},
    "note_account": set(),
    "note_disposal": {"disposals.words"},
    "note_lead_look": set(),
    "open_cases": set(),
    "open_sample": {"samples.design.reason"},
    "press": {IN_THE_STORY},
    "propose_correction": {IN_THE_STORY, "corrections.old", "corrections.new"},
    "raise_case": {IN_THE_STORY},
    "receipt": {"filings.receiver"},
    "record_consequence": {IN_THE_STORY, "consequences.words", "consequences.document"},
    "record_mandate": {"mandates.reason"},
    "refer_above": {IN_THE_STORY, "case_referrals.reason", "case_referrals.answer"},
    "reply_lead": {IN_THE_LEAD, "lead_talks.words"},
    "reporter_adds": {IN_THE_LEAD, "lead_talks.words"},
    "return_below": {IN_THE_STORY},
    "return_filing": {"filings.return_reason"},
    "second_factor": set(),
    "small_steps": {IN_THE_STORY},
    "story": {IN_THE_STORY},
    "subject_report": set(),
    "take_answer": {"confirmations.words", "confirmations.corrections"},
    "take_mail": {IN_THE_LEAD},
    "take_over": {IN_THE_STORY, "case_hand_overs.reason"},
    "withdraw_filing": {"filings.withdraw_reason"},
}
"""Operations whose entries commit to words, each with the columns in which the same words are kept besides."""


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


def commits(module: Module) -> bool:
    """Say whether a module gives words to an entry, which only commits to them."""
    given = [
        (_name(node), {keyword.arg for keyword in node.keywords})
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
    ]
    return any("personal" in names or ("words" in names and name in {"tell", "note_step"}) for name, names in given)


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


def test_of_every_word_that_an_entry_commits_to_it_is_known_where_else_it_stands_and_it_is_erased_or_signed():
    operations = [m for m in modules() if m.path.startswith("casework/operations/")]
    committing = {m.path.rpartition("/")[2].removesuffix(".py") for m in operations if commits(m)}
    assert committing == WORDS_KEPT.keys()
    erased = {
        f"{copy.rows.column_descriptions[0]['entity'].__tablename__}.{column}"
        for copy in copies([1], "LC24-R1")
        for column in copy.columns
    }
    assert erased.isdisjoint(SIGNED)
    assert set().union(*WORDS_KEPT.values()) == erased | set(SIGNED)


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
    assert commits(parse("journal.record(action='x', personal={'reason': reason})"))
    assert commits(parse("tell(case, 'note', words=words)"))
    assert not commits(parse("Move(words=words)"))
