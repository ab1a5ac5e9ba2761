"""The manifest: the one page whose hash two leaders sign, and which binds all the rest.

It holds, by hash, the content of the three documents (N2.2) and the dossier of
every case in the report; by number and reason, the cases that are still open; and
the versions by which all of it was judged. Written with `canonical_bytes` it is a
file that `sha256sum` can check against the hash printed on the paper.

The documents print the manifest's hash, so the manifest cannot hold the hash of
the printed files: it holds that of their *content* (`snapshot.content_hashes`).

    format, number, supplementary_to, round, organisation, frozen_at
    digests        ["sha256"] or ["sha256", "sm3"]   with SM3, hashes stand beside each other, never instead:
                   `sm3` beside a case's `hash`, `contents_sm3`, and `evidence_sm3` {sha256: sm3}
    contents       {"plan" | "records" | "report": sha256}
    cases          [{"number", "hash", "conclusion", "severity", "nature", "sample"}]   ordered by number
    open_cases     [{"number", "state", "severity", "reason", "sample"}]               ordered by number
    counts         {"cases", "samples", "open", "by_conclusion", "by_state", "by_severity"}
    checklist      [{"clause", "method", "examined", "finding", "responsible"}]         N1.1 … N1.5
    slots          [{"slot", "title"}]      recipients  ["…"]
    versions       {"code_tables", "calendar", "policy", "rates", …}     plan_version  "…"
    journal_heads  [{"organisation", "chain", "seq", "hash", "root"}]   as the journal itself names its chains: its own
                   first, then those of bodies from which one of its cases was taken over
    journal_extract {"entries", "hash"}   how many entries under these heads are about the report or its cases
    cites          [{"number", "organisation", "manifest_hash"}]   reports of the level below

Sample cases are listed with the others and stay out of the problem figures.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework.cases.canonical import bytes_hash, canonical_bytes, canonical_hash, plain, sm3_hasher
from casework.cases.dossier import ordered
from casework.errors import N_, Conflict
from workflows.engine import Words

FORMAT = "casework.manifest/1"
CLAUSES = ("N1.1", "N1.2", "N1.3", "N1.4", "N1.5")
ACCEPTED = "corrected"


@dataclass(frozen=True)
class Second:
    """The SM3 of the documents' content, by document, and of the evidence, by its SHA-256."""

    contents: Mapping[str, str]
    evidence: Mapping[str, str]


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
    journal_extract: Mapping[str, object],
    second: Second | None = None,
    supplementary_to: str | None = None,
    cites: Sequence[Mapping[str, object]] = (),
) -> dict:
    """Return the manifest of a report; raise `CannotFreeze` while an item is unanswered or an open case unexplained."""
    cases = sorted(
        (_case_line(dossier, sm3=second is not None) for dossier in dossiers), key=lambda line: line["number"]
    )
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
            "digests": ["sha256", "sm3"] if second else ["sha256"],
            "contents": contents,
            **({"contents_sm3": second.contents, "evidence_sm3": second.evidence} if second else {}),
            "cases": cases,
            "open_cases": waiting,
            "counts": _counts(cases, waiting),
            "checklist": checklist,
            "slots": slots,
            "recipients": recipients,
            "plan_version": plan_version,
            "versions": versions,
            "journal_heads": journal_heads,
            "journal_extract": journal_extract,
            "cites": cites,
        }
    )


def manifest_hash(manifest: Mapping[str, object]) -> str:
    """Return the hash that is printed on the report and that the signatures cover."""
    return canonical_hash(manifest)


def manifest_sm3(manifest: Mapping[str, Any]) -> str:
    """Return the SM3 of the manifest where it was frozen with SM3, else nothing."""
    asked = "sm3" in manifest.get("digests", ())
    return sm3_hasher(canonical_bytes(manifest)).hexdigest() if asked else ""


def _case_line(dossier: Mapping, *, sm3: bool) -> dict:
    facts = dossier["facts"]
    spelt = canonical_bytes(ordered(dossier))
    return {
        "number": dossier["number"],
        "hash": bytes_hash(spelt),
        **({"sm3": sm3_hasher(spelt).hexdigest()} if sm3 else {}),
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
