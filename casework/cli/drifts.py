"""What differed from concluded cases afterwards, from the terminal: list it, give a reason, decide about one."""

from pathlib import Path

import click

from casework.cases import drift_queries as queries
from casework.cases.drifts import STATES, Drift
from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS, ROUND
from casework.config import load
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.follow_drift import told_of
from casework.operations.justify_change import decide_change, justify_drift
from casework.rounds import queries as rounds

REASON = N_("变动的理由。")
PAPER = N_("依据材料，PDF 或图片。")


@click.group(cls=spoken.SpokenGroup, help=N_("整改后变动：列出、说明理由、认定。"))
def drift() -> None:
    """Everything about drifts."""


@drift.command("list", help=N_("列出权限范围内结论之后的登记变动，新的在前。"))
@spoken.option("--state", type=click.Choice(STATES), default=None, help=N_("只列这种办理情况。"))
@spoken.option("--limit", type=click.IntRange(min=1, max=1000), default=50, show_default=True, help=N_("最多几项。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--round", "round_code", required=True, help=ROUND)
def list_(*, state: str | None, limit: int, login: str, round_code: str) -> None:
    """List drifts: their name, their case, how far they are, and the difference."""
    with application():
        wanted = queries.visible_drifts(acting(login), round_id=rounds.get_round(round_code).id)
        if state:
            wanted = wanted.where(queries.CONDITIONS[state])
        found = db.session.scalars(queries.with_all(wanted).order_by(Drift.id.desc()).limit(limit)).all()
        for each in found:
            click.echo(f"{each.ref}  {each.case.number}  {spoken.say(queries.WORDS[each.state])}  {told_of(each)}")
        click.echo(spoken.say(N_("列出%(n)d项结论之后的登记变动，请逐项核实原因。"), n=len(found)))


@drift.command(help=N_("说明一项变动的理由并附材料，由另一人认定。"))
@click.argument("ref")
@spoken.option("--reason", required=True, help=REASON)
@spoken.option(
    "--file", "paper", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help=PAPER
)
@spoken.option("--as", "login", required=True, help=AS)
def justify(*, ref: str, reason: str, paper: Path, login: str) -> None:
    """Give the reason for a drift; print the name under which it is decided."""
    with application(), unit_of_work():
        actor = acting(login)
        asked = justify_drift(
            queries.get_drift(ref, actor, lock=True),
            reason=reason,
            name=paper.name,
            content=paper.read_bytes(),
            actor=actor,
            settings=load(),
        )
        click.echo(asked.ref)


@drift.command(help=N_("认定一项说明：认可的，封存的值改为新值，旧值保留。"))
@click.argument("ref")
@spoken.option("--accept/--refuse", required=True, help=N_("认可，或不认可。"))
@spoken.option("--as", "login", required=True, help=AS)
def decide(*, ref: str, accept: bool, login: str) -> None:
    """Decide about a reason."""
    with application(), unit_of_work():
        actor = acting(login)
        decide_change(queries.get_change(ref, actor, lock=True), accept=accept, actor=actor)
        click.echo(spoken.say(N_("已认可。")) if accept else spoken.say(N_("未予认可。")))


COMMANDS = (drift,)
