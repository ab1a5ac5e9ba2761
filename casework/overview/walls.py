"""What keeps the journal of this installation from being rewritten, in one sentence for pages and the command line."""

from collections.abc import Mapping
from dataclasses import dataclass

from casework.errors import N_
from casework.journal.walls import walls
from workflows.engine import Words


@dataclass(frozen=True)
class Wall:
    """One sentence with its parameters; `stands`: no trigger is gone; `complete`: no account of ours may rewrite it."""

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
