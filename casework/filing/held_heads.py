"""Heads of the journal that others hold, compared with what the database says now.

A chain that somebody with the database's rights computed anew, checkpoints
included, holds in itself. It does not fit the head on a filed report, in a
digest or on the statement of whoever reported something. Here such heads are
read, from lines (`ORG:SEQ:HASH`), from a package's manifest.json or from a
statement, and each is compared; the one that contradicts is named with the
paper that it stands on.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, load_only

from casework.db import db
from casework.errors import N_, Invalid
from casework.journal import GENESIS, MAIN, JournalEntry
from casework.journal.checkpoints import frontier_at
from casework.people.models import Organisation
from casework.reports.models import Report
from casework.reports.queries import number_of

SHORTEST = 16
LONGEST = 10  # digits of an id
LARGEST = 10 ** (LONGEST - 1) - 1  # of an id or of a link's number: what `_LINE` can say, and every database holds
MOST_LETTERS = 200
_LINE = re.compile(
    r"(?P<organisation>[^:：]+)[:：](?P<seq>\d{1,9})[:：](?P<hash>[0-9a-fA-F]{16,64})(?:\s+(?P<source>.*))?"
)
_HASH = re.compile(r"[0-9a-f]{16,64}")


@dataclass(frozen=True)
class HeldHead:
    """What somebody holds: whose chain (an id, a code or a name), which link, its hash, and the paper it stands on.

    Of the hash the first 16 digits are enough.
    """

    organisation: int | str
    seq: int
    hash: str
    chain: str = MAIN
    root: str = ""
    source: str = ""


@dataclass(frozen=True)
class Contradiction:
    """A held head that the database does not fit; entrances translate the sentence with its parameters."""

    head: HeldHead
    sentence: str
    params: Mapping[str, object]


def parse_head(line: str) -> HeldHead:
    """Return the head that `ORG:SEQ:HASH` means, what follows a blank being its source; raise `Invalid` otherwise."""
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise Invalid(
            N_("日志头“%(line)s”无法读取。请写成“单位代码:序号:校验值”，校验值至少写前 16 位。"),
            code="head_unreadable",
            params={"line": line.strip()[:100]},
        )
    said = found.groupdict()
    return HeldHead(said["organisation"], int(said["seq"]), said["hash"].lower(), source=said["source"] or "")


def read_held(content: str) -> list[HeldHead]:
    """Return the heads in a file: JSON (a manifest, a statement, a head, or a list of them) or lines."""
    try:
        said = json.loads(content)
    except ValueError:
        lines = (line.strip() for line in content.splitlines())
        return [parse_head(line) for line in lines if line and not line.startswith("#")]
    return [head for each in (said if isinstance(said, list) else [said]) for head in _heads_in(each)]


def printed_heads() -> list[HeldHead]:
    """Return the heads that stand in the manifests kept here, which whoever rewrites the journal may forget."""
    reports = db.session.scalars(
        select(Report)
        .where(Report.manifest_hash.is_not(None))
        .options(load_only(Report.number, Report.manifest), joinedload(Report.organisation), joinedload(Report.round))
        .order_by(Report.id)
    )  # never the snapshots: they are large, and sealed
    return [
        replace(head, source=number_of(report))
        for report in reports
        if report.manifest
        for head in _heads_in(report.manifest)
    ]


def contradictions(heads: Iterable[HeldHead]) -> Iterator[Contradiction]:
    """Yield every head that the journal does not fit, each with why."""
    for head in heads:
        fault = _fault_of(head)
        if fault:
            shown = {"source": head.source or "—", "organisation": head.organisation, "seq": head.seq}
            yield Contradiction(head, fault, shown)


def _fault_of(head: HeldHead) -> str:
    organisation_id = _organisation_id(head.organisation)
    if organisation_id is None:
        return N_("凭据（%(source)s）所记的单位“%(organisation)s”不在数据库中，无法核对。")
    if head.seq == 0:
        return "" if GENESIS.startswith(head.hash) else N_("凭据（%(source)s）所记的空日志的校验值不成立。")
    link = db.session.scalar(
        select(JournalEntry.hash).filter_by(organisation_id=organisation_id, chain=head.chain, seq=head.seq)
    )
    if link is None:
        return N_(
            "与凭据（%(source)s）不符：它记有单位%(organisation)s的日志第%(seq)s条，数据库中没有这一条，日志可能被截短。"
        )
    if not link.startswith(head.hash):
        return N_(
            "与凭据（%(source)s）不符：单位%(organisation)s的日志第%(seq)s条的校验值不同，第1条至这一条之间可能被改写。"
        )
    if head.root and frontier_at(organisation_id, head.chain, head.seq).root().hex() != head.root:
        return N_(
            "与凭据（%(source)s）不符：单位%(organisation)s的日志第1条至第%(seq)s条的默克尔根不同，其间可能被改写。"
        )
    return ""


def _organisation_id(named: int | str) -> int | None:
    if isinstance(named, int):
        return db.session.scalar(select(Organisation.id).filter_by(id=named))
    wanted = select(Organisation.id).where(or_(Organisation.code == named, Organisation.name == named))
    found = db.session.scalar(wanted.order_by(Organisation.code != named).limit(1))
    return _organisation_id(int(named)) if found is None and named.isdecimal() and len(named) < LONGEST else found


def _heads_in(said: object) -> Iterator[HeldHead]:
    if not isinstance(said, Mapping):
        raise _unreadable()
    if isinstance(said.get("journal_heads"), list):
        for head in said["journal_heads"]:
            yield _head(head, source=str(said.get("number", "")))
        return
    yield _head(said.get("journal", said), source=str(said.get("source", "")))


def _head(said: Any, *, source: str) -> HeldHead:
    try:
        head = HeldHead(said["organisation"], int(said["seq"]), str(said["hash"]).lower(), source=source)
        head = replace(head, chain=str(said.get("chain", MAIN)), root=str(said.get("root", "")))
    except (KeyError, TypeError, ValueError, OverflowError) as fault:
        raise _unreadable() from fault
    if not 0 <= head.seq <= LARGEST or not _HASH.fullmatch(head.hash) or not _plain(head.chain):
        raise _unreadable()
    if not (_plain(head.organisation) if isinstance(head.organisation, str) else _is_id(head.organisation)):
        raise _unreadable()
    return head


def _is_id(said: object) -> bool:
    return isinstance(said, int) and 0 <= said <= LARGEST


def _plain(said: str) -> bool:
    """Say whether a database can be asked for it."""
    return len(said) <= MOST_LETTERS and said.isprintable()


def _unreadable() -> Invalid:
    return Invalid(
        N_("文件中没有可以核对的日志头。请提供卷宗包中的 manifest.json、受理凭证，或每行一个“单位代码:序号:校验值”。"),
        code="held_unreadable",
    )
