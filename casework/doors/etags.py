"""The version of a thing as HTTP says it: an `ETag` with what was read, `If-Match` with what is to be changed.

Whoever changes a thing says which version they saw. Nothing said: 428. Another
version: 412 with what is there now and what was sent, so that a person can
compare both and no change is lost silently.
"""

from collections.abc import Callable

from flask import request
from werkzeug.exceptions import PreconditionRequired

from casework.cases.models import Case
from casework.errors import N_, Stale
from casework.leads.models import Lead
from casework.reports.models import Report

ANY = "*"


def etag_of_case(case: Case) -> str:
    """Return the version of a case with all that hangs on it: every change adds a line to its story."""
    return version(case.version, len(case.moves))


def etag_of_report(report: Report) -> str:
    """Return the version of a report with its signatures."""
    return version(report.version, len(report.signatures))


def etag_of_lead(lead: Lead) -> str:
    """Return the version of a lead with all that was said and done about it."""
    return version(lead.version, len(lead.steps))


def version(number: int, lines: int) -> str:
    """Return the version of something with a number of its own and so many lines of story."""
    return f"{number}.{lines}"


def require(etag: str, *, sent: str | None, current: Callable[[], object], wanted: object = None) -> None:
    """Pass when `sent` (an If-Match value) names `etag`; raise PreconditionRequired or `Stale` otherwise.

    `current` is asked for only when it is needed; `wanted` is what the caller
    wanted to write and is given back beside it.
    """
    if not sent:
        raise PreconditionRequired
    if sent.strip() == ANY or etag in named(sent):
        return
    raise Stale(
        N_("这项内容在您读取之后已被改动，没有保存。请核对现值后重新提交。"),
        current={"etag": quoted(etag), "value": current()},
        sent={"if_match": sent, "value": wanted},
    )


def named(sent: str) -> set[str]:
    """Return the versions that a header names; weak ones never match (RFC 9110, 13.1.1)."""
    parts = (part.strip() for part in sent.split(","))
    return {part.strip('"') for part in parts if not part.startswith("W/")}


def quoted(etag: str) -> str:
    """Return a version as it stands in a header."""
    return f'"{etag}"'


def unchanged(etag: str) -> bool:
    """Say whether the reader already has this version (If-None-Match)."""
    sent = request.headers.get("If-None-Match", "")
    return bool(sent) and etag in {part.strip().removeprefix("W/").strip('"') for part in sent.split(",")}
