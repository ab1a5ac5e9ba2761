"""Are frozen reports, seals and kept files still what they were; each that is not is said with its place."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from casework.cli import spoken
from casework.cli.context import application
from casework.errors import N_
from casework.filing.whole import Fault, file_faults, report_faults
from casework.filing.whole_seals import seal_faults

SHOWN = 20


@click.command(
    "files",
    cls=spoken.SpokenCommand,
    help=N_("逐份打开证据、文书和扫描件，与登记的哈希核对；缺失或被改动则以非零码退出。"),
)
def files_check() -> None:
    """Open every file that is kept: it takes as long as reading them all."""
    with application() as app:
        folder = app.extensions["casework"].files_dir
        if not all([reports_hold(folder), seals_hold(), files_hold(folder)]):  # each is said, whatever the others find
            sys.exit(1)


def reports_hold(folder: Path) -> bool:
    """Follow every frozen report down from its entry in the journal, and say what does not fit."""
    return _said(report_faults(folder), N_("已定稿的报告：清单、文书内容和卷宗与定稿时一致。"))


def seals_hold() -> bool:
    """Say of which concluded cases the sealed registrations are not what the journal says."""
    return _said(seal_faults(), N_("有结论的案件：封存的登记内容与日志所记的一致。"))


def files_hold(folder: Path) -> bool:
    """Say which kept files are missing or changed."""
    return _said(file_faults(folder), N_("存储的文件：每一份都能打开，与登记的哈希一致。"))


def _said(faults: Iterable[Fault], whole: str) -> bool:
    found = list(faults)
    for fault in found[:SHOWN]:
        click.echo(spoken.say(fault.sentence, **fault.params))
    if len(found) > SHOWN:
        click.echo(spoken.say(N_("另有 %(count)d 处，未逐一列出。"), count=len(found) - SHOWN))
    if not found:
        click.echo(spoken.say(whole))
    return not found
