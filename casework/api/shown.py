"""A case as programs see it: codes for programs, sentences in the reader's language, persons masked."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import func, select

from casework import clock
from casework.api import masking
from casework.api.masking import Mask
from casework.cases.models import Case, Correction, Evidence, Hold, Move, Verification
from casework.cases.registered import CORRECTABLE
from casework.cases.suspicion import weights_of
from casework.db import db
from casework.deadlines.queries import why_due
from casework.deadlines.upcoming import next_said
from casework.doors import etags
from casework.doors.problems import translated
from casework.intake import normal
from casework.intake.models import Record
from casework.screening.models import Finding
from casework.screening.rules import RULES
from casework.screening.score import Weight, weight_of
from casework.screening.telling import explain
from workflows.errors import Refusal
from workflows.reasons import Reason

LINE = """number kind rule origin nature severity state state_since opened_at owner conclusion accepted_at people_count
due_at due_clock target_on organisation college""".split()  # noqa: SIM905 - names read better as words
RULE_OF = {rule.code: rule for rule in RULES}


def lines_of(cases: Iterable[Case]) -> list[dict[str, object]]:
    """Return cases as lines of a list."""
    cases = list(cases)
    wanted = select(Move.case_id, func.count()).where(Move.case_id.in_([case.id for case in cases]))
    moves = {row[0]: row[1] for row in db.session.execute(wanted.group_by(Move.case_id))}
    return [line_of(case, etag=etags.version(case.version, moves.get(case.id, 0))) for case in cases]


def line_of(case: Case, *, etag: str) -> dict[str, object]:
    """Return what a list shows of a case."""
    own = {name: getattr(case, name) for name in LINE}
    return own | {"round": case.round.code, "title": title_of(case), "etag": etags.quoted(etag)}


def title_of(case: Case) -> str:
    """Return what a case is about in the reader's language."""
    params = {
        name: gettext(value) if isinstance(value, str) and value else value for name, value in case.title_params.items()
    }
    return masking.mask_of_case(case).text(translated(case.title, params)) or ""


def full(case: Case) -> dict[str, object]:
    """Return a case with all that hangs on it."""
    mask = masking.mask_of_case(case)
    weights = weights_of(case.organisation_id, case.round_id)
    return line_of(case, etag=etags.etag_of_case(case)) | {
        "conclusion_note": mask.text(case.conclusion_note),
        "violation": case.violation,
        "consequence": case.consequence,
        "merged_into": case.merged_into.number if case.merged_into else None,
        "due_why": why(why_due(case)),
        "next_said": next_said(case, clock.now()),
        "records": [record(row.record) for row in case.records],
        "findings": [finding(row.finding, mask, weights) for row in case.findings],
        "verifications": [verification(row, mask) for row in case.verifications],
        "evidence": [evidence(row, mask) for row in case.evidence],
        "corrections": [correction(row) for row in case.corrections],
        "rectification": case.plan,
        "holds": [hold(row, mask) for row in case.holds],
        "story": [_move(row, mask) for row in case.moves],
    }


def record(row: Record) -> dict[str, object]:
    """Return a graduate's registration, masked."""
    now = row.revision
    return {
        "ref": row.ref,
        "name": normal.masked_name(row.name),
        "student_no": normal.masked_student_no(row.student_no),
        "major_name": now.major_name if now else "",
        "destination_code": now.destination_code if now else "",
        "employer_name": now.employer_name if now else "",
        "credit_code": now.credit_code if now else "",
        "signing_date": now.signing_date if now else None,
    }


def finding(row: Finding, mask: Mask, weights: Mapping[str, Weight]) -> dict[str, object]:
    """Return what a rule says, in sentences, and what it weighs."""
    weight = weight_of(row, weights)
    own = {name: getattr(row, name) for name in ("ref", "rule", "level", "output", "strength", "withdrawn_at")}
    told = explain(row.rule, row.observed) if row.rule in RULE_OF else []
    own |= {"ratio": weight.ratio, "refitted": weight.refitted, "eased": weight.eased}
    return own | {"says": [mask.text(translated(message, params)) for message, params in told]}


def verification(row: Verification, mask: Mask) -> dict[str, object]:
    """Return one logged attempt."""
    names = ("ref", "at", "by", "method", "evidence_class", "result", "supplied_by", "conflicted")
    own = {name: getattr(row, name) for name in names}
    return own | {"note": mask.text(row.note), "record": row.record.ref if row.record else None}


def evidence(row: Evidence, mask: Mask) -> dict[str, object]:
    """Return what is known of a file, without its content."""
    own = {name: getattr(row, name) for name in ("ref", "at", "by", "evidence_class", "supplied_by", "withdrawn_at")}
    file = {"sha256": row.file.sha256, "size": row.file.size, "media_type": row.file.media_type}
    warnings = [gettext(warning) for warning in row.warnings]
    return own | file | {"name": mask.text(row.name), "warnings": warnings}


def correction(row: Correction) -> dict[str, object]:
    """Return one correction, personal values masked."""
    own = {name: getattr(row, name) for name in ("ref", "at", "by", "field", "upstream_reference", "withdrawn_at")}
    return own | {
        "record": row.record.ref,
        "old": masking.field_value(row.field, row.old),
        "new": masking.field_value(row.field, row.new),
        "evidence": row.evidence.ref if row.evidence else None,
        "seen": row.seen_revision_id is not None,
    }


def hold(row: Hold, mask: Mask) -> dict[str, object]:
    """Return one stop of the clocks and where it stands."""
    state = "refused" if row.refused_at else "ended" if row.ended_at else "running" if row.approved_at else "asked"
    own = {name: getattr(row, name) for name in ("ref", "asked_by", "asked_at", "until_on")}
    return own | {"state": state, "reason": mask.text(row.reason)}


def reasons(refusals: Iterable[Refusal]) -> list[dict[str, str]]:
    """Return refusals in the reader's language."""
    return [{"code": each.code, "detail": translated(each.message, each.params)} for each in refusals]


def _move(row: Move, mask: Mask) -> dict[str, object]:
    own = {name: getattr(row, name) for name in ("at", "by", "action", "from_state", "to_state")}
    personal = row.action == "correct" and row.params.get("field") in masking.PERSONAL & set(CORRECTABLE)
    return own | {"words": "******" if personal and row.words else mask.text(row.words)}


def why(reasons: Iterable[Reason]) -> list[str]:
    """Return the sentences that answer “why this date” in the reader's language."""
    return [reason.said(gettext, _plain) for reason in reasons]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)
