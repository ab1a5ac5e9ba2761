"""Look whether everything still holds: schema, journal, cases without a next step."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from casework.cli import schema, spoken
from casework.cli.check_journal import chains_hold, journal_check, walls_stand
from casework.cli.check_reports import files_check, reports_hold, seals_hold
from casework.cli.context import application
from casework.cli.safety import starts_safely
from casework.doors import doorbell
from casework.errors import N_
from casework.leads import statements


@click.group(
    cls=spoken.SpokenGroup,
    invoke_without_command=True,
    help=N_("检查数据库版本、启动安全、日志链、已定稿的报告和队列服务；发现问题则以非零码退出。"),
)
@click.pass_context
def check(context: click.Context) -> None:
    """Print facts, and fail loudly when one of them is wrong."""
    if context.invoked_subcommand is not None:
        return
    with application() as app:
        click.echo(spoken.say(N_("数据库版本：%(revision)s"), revision=schema.current_revision()))
        reached = doorbell.reachable()
        click.echo(spoken.say(N_("队列服务：可用") if reached else N_("队列服务：不可用，提醒将延后发出")))
        settings = app.extensions["casework"]
        folder = settings.files_dir
        found = [starts_safely(settings), walls_stand(), chains_hold(), reports_hold(folder), seals_hold()]
        if not all(found):  # each is said, always
            sys.exit(1)


@check.command(
    "statement",
    cls=spoken.SpokenCommand,
    help=N_("核对反映人手中的受理凭证（JSON 文件）：签名是否出自本系统，所指的日志是否仍在原处；不符则以非零码退出。"),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def statement(*, file: Path) -> None:
    """Say whether we signed this statement, and whether the journal still holds what it names."""
    with application() as app:
        fault = _fault_of(_read(file), app.extensions["casework"].index_key)
        click.echo(spoken.say(fault or N_("受理凭证属实：签名出自本系统，日志中的位置和内容都相符。")))
        if fault:
            sys.exit(1)


def _read(file: Path) -> Mapping[str, Any]:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:  # no JSON, or no text at all
        return {}
    return said if isinstance(said, dict) else {}


def _fault_of(said: Mapping[str, Any], secret: bytes) -> str:
    if not statements.is_genuine(said, statements.signing_key(secret).public_key()):
        return N_("受理凭证不属实：签名不是本系统的，或者内容被改动过。")
    if not statements.is_in_journal(said):
        return N_("受理凭证的签名属实，但日志中没有它所指的那一条，日志可能被改动过。请运行 casework check。")
    return ""


check.add_command(journal_check)
check.add_command(files_check)
COMMANDS = (check,)
