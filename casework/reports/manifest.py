"""The manifest: the one page whose hash two leaders sign, and which binds all the rest.

It holds, by hash, the content of the three documents (N2.2) and the dossier of
every case in the report; by number and reason, the cases that are still open; and
the versions by which all of it was judged. Written with `canonical_bytes` it is a
file that `sha256sum` can check against the hash printed on the paper.

The documents print the manifest's hash, so the manifest cannot hold the hash of
the printed files: it holds that of their *content* (`snapshot.content_hashes`).

    format, number, supplementary_to, round, organisation, frozen_at
    contents       {"plan" | "records" | "report": sha256}
    cases          [{"number", "hash", "conclusion", "severity", "nature", "sample"}]   ordered by number
    open_cases     [{"number", "state", "severity", "reason", "sample"}]               ordered by number
    counts         {"cases", "samples", "open", "by_conclusion", "by_state", "by_severity"}
    checklist      [{"clause", "method", "examined", "finding", "responsible"}]         N1.1 … N1.5
    slots          [{"slot", "title"}]      recipients  ["…"]
    versions       {"code_tables", "calendar", "policy", "rates", …}     plan_version  "…"
    journal_heads  [{"organisation", "chain", "seq", "hash"}]   as the journal itself names its chains
    cites          [{"number", "organisation", "manifest_hash"}]   reports of the level below

Sample cases are listed with the others and stay out of the problem figures.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from casework.cases.canonical import canonical_hash, plain
from casework.cases.dossier import BadDossier, dossier_hash
from casework.errors import N_, Conflict
from casework.reports.problem import Problem
from workflows.engine import Words

FORMAT = "casework.manifest/1"
CLAUSES = ("N1.1", "N1.2", "N1.3", "N1.4", "N1.5")
ACCEPTED = "corrected"
Dossiers = Mapping[str, Mapping[str, object]]


class CannotFreeze(Conflict):
    """The report is not complete enough to be frozen; nothing was made."""

    code = "cannot_freeze"


def build_manifest(
    *,
    number: str,
    round_code: str,
    organisation: Mapping[str, object],
    frozen_at: str,
    contents: Mapping[str, str],
    dossiers: Iterable[Mapping[str, object]],
    open_cases: Sequence[Mapping[str, object]],
    checklist: Sequence[Mapping[str, object]],
    slots: Sequence[Mapping[str, object]],
    recipients: Sequence[str],
    plan_version: str,
    versions: Mapping[str, object],
    journal_heads: Sequence[Mapping[str, object]],
    supplementary_to: str | None = None,
    cites: Sequence[Mapping[str, object]] = (),
) -> dict:
    """Return the manifest of a report; raise `CannotFreeze` while an item is unanswered or an open case unexplained."""
    cases = sorted((_case_line(dossier) for dossier in dossiers), key=lambda line: line["number"])
    waiting = sorted((dict(case) for case in open_cases), key=lambda case: str(case["number"]))
    _refuse_repeated([*cases, *waiting])
    _refuse_unexplained(waiting)
    _refuse_unanswered(checklist)
    if not slots:
        raise CannotFreeze(
            N_("报告 %(number)s 没有设定签字人，不能定稿；请先在本轮次设置签字席位。"), params={"number": number}
        )
    return plain(
        {
            "format": FORMAT,
            "number": number,
            "supplementary_to": supplementary_to,
            "round": round_code,
            "organisation": organisation,
            "frozen_at": frozen_at,
            "contents": contents,
            "cases": cases,
            "open_cases": waiting,
            "counts": _counts(cases, waiting),
            "checklist": checklist,
            "slots": slots,
            "recipients": recipients,
            "plan_version": plan_version,
            "versions": versions,
            "journal_heads": journal_heads,
            "cites": cites,
        }
    )


def manifest_hash(manifest: Mapping[str, object]) -> str:
    """Return the hash that is printed on the report and that the signatures cover."""
    return canonical_hash(manifest)


def verify_manifest(
    manifest: Mapping, dossiers: Dossiers, *, contents: Mapping[str, str] | None = None
) -> list[Problem]:
    """Return everything in which the manifest and these dossiers (by number) disagree; an empty list means it holds.

    With `contents` (document name → hash of its content now) the documents are compared too.
    """
    listed = {line["number"]: line for line in manifest["cases"]}
    problems = [
        Problem("case_missing", number, N_("清单列有案件 %(subject)s，但没有它的卷宗。"))
        for number in sorted(listed.keys() - dossiers.keys())
    ]
    problems += [
        Problem("case_not_listed", number, N_("卷宗 %(subject)s 不在清单内。"))
        for number in sorted(dossiers.keys() - listed.keys())
    ]
    for number in sorted(listed.keys() & dossiers.keys()):
        problems += _compare(listed[number], dossiers[number])
    if manifest["counts"] != plain(_counts(manifest["cases"], manifest["open_cases"])):
        problems.append(Problem("counts_differ", "counts", N_("清单的统计数与所列案件不符（%(subject)s）。")))
    if contents is not None:
        problems += _compare_contents(manifest["contents"], contents)
    return problems


def _case_line(dossier: Mapping) -> dict:
    facts = dossier["facts"]
    return {
        "number": dossier["number"],
        "hash": dossier_hash(dossier),
        "conclusion": dossier["conclusion"]["kind"],
        "severity": facts["severity"],
        "nature": facts["nature"],
        "sample": facts["origin"] == "sample",
    }


def _counts(cases: Sequence[Mapping], waiting: Sequence[Mapping]) -> dict:
    real = [case for case in cases if not case["sample"]]
    suspected = [case for case in waiting if not case.get("sample")]  # the first manifests did not tell them apart
    return {
        "cases": len(real),
        "samples": len(cases) - len(real),
        "open": len(waiting),
        "by_conclusion": dict(Counter(case["conclusion"] for case in real)),
        "by_state": dict(Counter([ACCEPTED] * len(real) + [case["state"] for case in suspected])),
        "by_severity": dict(Counter(case["severity"] for case in [*real, *suspected])),
    }


def _compare(line: Mapping, dossier: Mapping) -> list[Problem]:
    try:
        now = dossier_hash(dossier)
    except BadDossier as error:
        return [Problem("dossier_broken", line["number"], error.message, error.params)]
    if now != line["hash"]:
        message = N_("案件 %(subject)s 的卷宗与定稿时不同：清单记 %(listed)s，现为 %(now)s。")
        return [Problem("dossier_differs", line["number"], message, {"listed": line["hash"], "now": now})]
    if _case_line(dossier) != dict(line):
        return [Problem("case_line_differs", line["number"], N_("清单对案件 %(subject)s 的记载与其卷宗不符。"))]
    return []


def _compare_contents(listed: Mapping[str, str], now: Mapping[str, str]) -> list[Problem]:
    return [
        Problem("content_differs", name, N_("文书内容 %(subject)s 与定稿时不同或缺失。"))
        for name in sorted(listed.keys() | now.keys())
        if listed.get(name) != now.get(name)
    ]


def _refuse_repeated(lines: Sequence[Mapping]) -> None:
    twice = sorted(number for number, times in Counter(line["number"] for line in lines).items() if times > 1)
    if twice:
        raise CannotFreeze(N_("案件 %(numbers)s 在报告中出现不止一次，不能定稿。"), params={"numbers": Words(twice)})


def _refuse_unexplained(waiting: Sequence[Mapping]) -> None:
    silent = [str(case["number"]) for case in waiting if not str(case.get("reason", "")).strip()]
    if silent:
        raise CannotFreeze(
            N_("未办结案件 %(numbers)s 没有写明原因，不能定稿；请逐件填写。"), params={"numbers": Words(silent)}
        )


def _refuse_unanswered(checklist: Sequence[Mapping]) -> None:
    wanted = ("method", "examined", "finding", "responsible")
    answered = {item["clause"] for item in checklist if all(str(item.get(name, "")).strip() for name in wanted)}
    open_items = [clause for clause in CLAUSES if clause not in answered]
    if open_items:
        raise CannotFreeze(
            N_("自查内容 %(clauses)s 尚未填写完整，不能定稿；请填写方法、范围、结果和责任人。"),
            params={"clauses": Words(open_items)},
        )
