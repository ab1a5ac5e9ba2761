"""The walls that the database itself puts up, each in one sentence for pages and the command line.

One keeps the journal from being rewritten, the other keeps rows of one
organisation from those who reach only others (`casework.asking`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text

from casework.db import db
from casework.errors import N_
from casework.journal.walls import walls
from workflows.engine import Words

_OF_CASES = ("cases", "case_moves", "consequences", "corrections", "evidence", "holds", "justified_changes")
_OF_CHECKS = ("findings", "drifts", "record_seals", "rectifications", "verifications")
_OF_LEADS = ("leads", "lead_files", "lead_items", "lead_steps", "lead_talks")
_OF_RECORDS = ("records", "confirmations", "proofs", "revisions")
_OF_REPORTS = ("reports", "report_cases", "report_documents", "report_open_cases", "signatures", "signed_papers")
_OF_FILINGS = ("filings", "disposals", "uploads")
ROWS_WALLED = (*_OF_CASES, *_OF_CHECKS, *_OF_LEADS, *_OF_RECORDS, *_OF_REPORTS, *_OF_FILINGS)
"""The tables whose rows the database lets through by organisation."""
_ROWS = text(  # a policy that is not in force for whoever asks is one that the owner of the table walks through
    "SELECT c.relname AS name, c.relrowsecurity AND EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid)"
    " AS stands, row_security_active(c.oid) AS holds FROM pg_class AS c"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(:names)"
)


@dataclass(frozen=True)
class Wall:
    """One sentence with its parameters; `stands`: nothing of it is gone; `complete`: it holds our own account too."""

    sentence: str
    params: Mapping[str, object]
    stands: bool
    complete: bool


def wall() -> Wall:
    """Look at the database as it is now."""
    found = walls()
    if found.missing_triggers:
        said = N_("日志防改：数据库中缺少触发器 %(names)s，可能有人拆除。请查明后再使用。")
        return Wall(said, {"names": Words(found.missing_triggers)}, stands=False, complete=False)
    if found.may_rewrite is None:
        said = N_("日志防改：触发器在位。SQLite 没有账号，能写数据库文件的人可以拆除触发器。")
        return Wall(said, {}, stands=True, complete=True)
    if found.may_rewrite:
        said = N_(
            "日志防改：触发器在位，但缺少账号这道防线：服务所用的数据库账号拥有日志表，可以拆除触发器。"
            "请用另一个账号建表并设置 MIGRATION_DATABASE_URL。"
        )
        return Wall(said, {}, stands=True, complete=False)
    return Wall(N_("日志防改：触发器在位，服务所用的数据库账号无权修改或删除日志。"), {}, stands=True, complete=True)


def row_wall() -> Wall:
    """Look at the wall between organisations as it is now."""
    if db.engine.dialect.name == "sqlite":
        return Wall(N_("单位隔离：SQLite 没有行级隔离，范围只由查询限定。"), {}, stands=True, complete=True)
    found = {row.name: row for row in db.session.execute(_ROWS, {"names": list(ROWS_WALLED)})}
    gone = [name for name in ROWS_WALLED if name not in found or not found[name].stands]
    if gone:
        said = N_("单位隔离：数据库中 %(names)s 没有行级隔离，可能有人拆除。请查明后再使用。")
        return Wall(said, {"names": Words(gone)}, stands=False, complete=False)
    if not all(row.holds for row in found.values()):
        said = N_(
            "单位隔离：行级隔离在位，但服务所用的数据库账号拥有这些表，不受它约束，范围只由查询限定。"
            "请用另一个账号建表并设置 MIGRATION_DATABASE_URL。"
        )
        return Wall(said, {}, stands=True, complete=False)
    return Wall(
        N_("单位隔离：数据库只放行提问人职责范围内的单位，没有说明提问人的连接什么也看不到。"),
        {},
        stands=True,
        complete=True,
    )
