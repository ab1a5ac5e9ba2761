"""Mails that came back, read from files: whoever keeps the sender's mailbox saves the reports and hands them in."""

from collections import Counter
from pathlib import Path

import click

from casework.cli import spoken
from casework.cli.context import application
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.note_bounce import INVALID, NOT_OURS, SUSPECT, note_bounce
from notifications.channels.bounces import read_bounces


@click.command(
    cls=spoken.SpokenCommand,
    help=N_("读入退信（.eml，RFC 3464 投递状态报告）：确无此地址的标为无效并停发，暂时不收的标为可疑。"),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def bounces(files: tuple[Path, ...]) -> None:
    """Note every report of these files, each file by itself."""
    counts: Counter[str] = Counter()
    with application():
        for file in files:
            found = read_bounces(file.read_bytes())
            if not found:
                counts[NOT_OURS] += 1
                click.echo(spoken.say(N_("%(file)s 不是退信报告，没有读取。"), file=file.name), err=True)
            with unit_of_work():
                counts.update(note_bounce(each) for each in found)
    click.echo(
        spoken.say(
            N_("退信：%(invalid)s个地址标为无效，%(suspect)s个标为可疑，%(other)s份与本系统的邮件无关。"),
            invalid=counts[INVALID],
            suspect=counts[SUSPECT],
            other=counts[NOT_OURS],
        )
    )


COMMANDS = (bounces,)
