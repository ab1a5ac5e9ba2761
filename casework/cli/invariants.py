"""Ask every invariant of the delivery protocol, and say which holds."""

import sys
from datetime import datetime
from pathlib import Path

import click

from casework import clock
from casework.cli import spoken
from casework.cli.context import application
from casework.errors import N_
from casework.jobs.invariants import ground_of
from casework.notices.invariants import INVARIANTS
from casework.notices.invariants.fact import Fact, ask, read_log

SHOWN = 5


@click.command(
    cls=spoken.SpokenCommand,
    help=N_("逐条检查投递规则（I1 至 I17）：成立、不成立（列出编号）或在此无法检查；有不成立的则以非零码退出。"),
)
@spoken.option(
    "--carrier-log",
    "log",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help=N_("通道自己的受理日志（模拟通道为数据目录中的 carrier.jsonl）；使用模拟通道时自动读取。"),
)
@spoken.option("--since", type=click.DateTime(["%Y-%m-%d"]), default=None, help=N_("只检查此日以来的消息。"))
def invariants(*, log: Path | None, since: datetime | None) -> None:
    """Print one line a fact."""
    with application() as app:
        ground = ground_of(
            app.extensions["casework"],
            log=read_log(log) if log else None,
            since=since.replace(tzinfo=clock.BEIJING) if since else None,
        )
        facts = ask(INVARIANTS, ground)
        for fact in facts:
            click.echo(line_of(fact))
        if not all(fact.held for fact in facts):
            sys.exit(1)


def line_of(fact: Fact) -> str:
    """Return a fact in one line: its code, what came of it, its sentence, and the first offenders."""
    sentence = f"{fact.invariant.code:<4}{{state}}  {spoken.say(fact.invariant.sentence)}"
    if fact.why_not:
        return sentence.format(state=spoken.say(N_("未检查"))) + f"  ({spoken.say(fact.why_not)})"
    if fact.held:
        return sentence.format(state=spoken.say(N_("成立")))
    named = spoken.enumeration(fact.offenders[:SHOWN])
    return (
        sentence.format(state=spoken.say(N_("不成立")))
        + "  "
        + spoken.say(N_("%(count)d 处：%(refs)s"), count=len(fact.offenders), refs=named)
    )


COMMANDS = (invariants,)
