"""From cases to the lines of 自查记录: graduate, destination, method and result of verification, handling (N2.2)."""

from collections.abc import Iterator, Mapping

from casework import clock
from casework.cases.models import Case, Correction, Verification
from casework.intake.fields import RECORD_FIELDS
from casework.intake.models import Record
from casework.reports.snapshot import Row
from casework.rounds.models import CodeEntry
from casework.screening.rules import RULES
from workflows.case_facts import CONCLUSION_LABELS, KIND_LABELS, Conclusion, Kind
from workflows.evidence import METHOD_LABELS, RESULT_LABELS, Method, Result

RULE_NAMES = {rule.code: rule.name for rule in RULES}
FIELD_LABELS = {field.name: field.label for field in RECORD_FIELDS}
ORIGINS = {
    "lead": "问题线索",
    "confirmation": "毕业生确认反馈",
    "pushed": "上级下发",
    "sample": "抽样核实",
    "drift": "整改后数据变动",
}
Codes = Mapping[str, Mapping[str, CodeEntry]]


def rows_of(case: Case, *, codes: Codes) -> Iterator[Row]:
    """Yield one row for each graduate of a case, or one without a graduate; people are named in full."""
    records = sorted((link.record for link in case.records), key=lambda record: record.student_no)
    graduates: list[Record | None] = [*records] or [None]
    for record in graduates:
        yield Row(
            case=case.number,
            **_graduate(record, codes),
            suspicion=_suspicion(case),
            method=_joined(METHOD_LABELS[Method(row.method)] for row in _about(case, record)),
            result=_result(case, record),
            conclusion=CONCLUSION_LABELS[Conclusion(case.conclusion)] if case.conclusion else "",
            handling=_handling(case, record),
            later_verification=_later(case),
            sample=case.origin == "sample",
        )


def _graduate(record: Record | None, codes: Codes) -> dict[str, str]:
    revision = record.revision if record else None
    if record is None or revision is None:
        absent = ("id_number", "phone", "college", "major", "degree", "destination_code", "destination", "employer")
        named = {"name": record.name, "student_no": record.student_no} if record else {"name": "", "student_no": ""}
        return named | dict.fromkeys(absent, "")
    sealed = revision.sealed or {}
    return {
        "name": record.name,
        "student_no": record.student_no,
        "id_number": str(sealed.get("id_number") or ""),
        "phone": str(sealed.get("phone") or ""),
        "college": revision.college,
        "major": revision.major_name,
        "degree": _word(codes, "degree_level", revision.degree_level),
        "destination_code": revision.destination_code,
        "destination": revision.destination_name or _word(codes, "destination_code", revision.destination_code),
        "employer": revision.employer_name,
    }


def _word(codes: Codes, table: str, code: str) -> str:
    entry = codes.get(table, {}).get(code)
    return entry.name_zh if entry else code


def _suspicion(case: Case) -> str:
    names = _joined(RULE_NAMES.get(link.finding.rule, link.finding.rule) for link in case.findings)
    return names or ORIGINS.get(case.origin, KIND_LABELS[Kind(case.kind)])


def _about(case: Case, record: Record | None) -> list[Verification]:
    """Return the verifications of this graduate and those of the whole matter."""
    return [row for row in case.verifications if row.record_id is None or record is None or row.record_id == record.id]


def _result(case: Case, record: Record | None) -> str:
    found = [_joined(RESULT_LABELS[Result(row.result)] for row in _about(case, record)), case.conclusion_note or ""]
    return "；".join(part for part in found if part)


def _handling(case: Case, record: Record | None) -> str:
    done = [_corrected(row) for row in case.corrections if row.withdrawn_at is None and _concerns(row, record)]
    if case.plan is not None:
        done.append(f"整改目标：{case.plan.goal}（责任人 {case.plan.responsible}，{case.plan.due_on.isoformat()} 前）")
    return "；".join(done) or ("登记无误，未作更改" if case.conclusion == Conclusion.UNFOUNDED else "")


def _concerns(correction: Correction, record: Record | None) -> bool:
    return record is None or correction.record_id == record.id


def _corrected(row: Correction) -> str:
    return f"{FIELD_LABELS.get(row.field, row.field)}：{row.old or '空'} 改为 {row.new or '空'}"


def _later(case: Case) -> str:
    if case.accepted_at is None:
        return ""
    on = case.accepted_at.astimezone(clock.BEIJING).date()
    return f"{on.isoformat()} 复核通过" + (f"（{case.accepted_by.name}）" if case.accepted_by else "")


def _joined(words: Iterator[str]) -> str:
    return "、".join(dict.fromkeys(words))
