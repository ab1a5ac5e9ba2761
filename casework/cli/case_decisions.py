"""What is decided about a case beside its steps, from the terminal: merging, holds, severity, rectification, a word."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from casework import clock
from casework.cases import queries
from casework.cases.models import Case, Hold
from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS
from casework.cli.self_check import DAY
from casework.doors.unit import unit_of_work
from casework.errors import N_, NotFound
from casework.operations import holds
from casework.operations.advance import advance
from casework.operations.rectification import finish_measure, write_rectification
from casework.operations.small_steps import agree_unverifiable, change_severity
from workflows.access import Actor
from workflows.severity import Severity


@contextmanager
def working_on(number: str, login: str) -> Iterator[tuple[Case, Actor]]:
    """Yield one case, locked, and who works on it; what the block does is one unit of work."""
    with application(), unit_of_work():
        actor = acting(login)
        yield queries.get_case(number, actor, lock=True), actor


@click.command(cls=spoken.SpokenCommand, help=N_("把案件并入同一事项的另一件案件，由那一件继续办理。"))
@click.argument("number")
@spoken.option("--into", required=True, help=N_("并入的案件编号。"))
@spoken.option("--reason", required=True, help=N_("合并的理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def merge(*, number: str, into: str, reason: str, login: str) -> None:
    """Merge a case into another about the same matter."""
    with working_on(number, login) as (found, actor):
        advance(found, "merge", actor=actor, reason=reason, survivor=queries.get_case(into, actor))


@click.command(cls=spoken.SpokenCommand, help=N_("撤销合并；案件回到合并前的状态。"))
@click.argument("number")
@spoken.option("--reason", default="", help=N_("撤销的理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def unmerge(*, number: str, reason: str, login: str) -> None:
    """Take a merge back."""
    with working_on(number, login) as (found, actor):
        advance(found, "unmerge", actor=actor, reason=reason)


@click.command(cls=spoken.SpokenCommand, help=N_("调整风险等级；调低须由就业部门负责人写明理由。"))
@click.argument("number")
@click.argument("level", type=spoken.choice(Severity))
@spoken.option("--reason", default="", help=N_("调整的理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def severity(*, number: str, level: str, reason: str, login: str) -> None:
    """Change how grave a case is."""
    with working_on(number, login) as (found, actor):
        change_severity(found, severity=level, actor=actor, reason=reason)


@click.command(cls=spoken.SpokenCommand, help=N_("就业部门负责人同意以“无法核实”办结；经办人随后提交结论。"))
@click.argument("number")
@spoken.option("--reason", required=True, help=N_("同意的理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def agree(*, number: str, reason: str, login: str) -> None:
    """Give the supervisor's word that a case cannot be verified."""
    with working_on(number, login) as (found, actor):
        agree_unverifiable(found, actor=actor, reason=reason)


@click.command(cls=spoken.SpokenCommand, help=N_("写整改方案；再次写即替换原方案。"))
@click.argument("number")
@spoken.option("--goal", required=True, help=N_("整改目标。"))
@spoken.option("--responsible", required=True, help=N_("责任人。"))
@spoken.option("--due", required=True, type=DAY, help=N_("完成期限，例如 2024-08-31。"))
@spoken.option(
    "--measure",
    "measures",
    nargs=3,
    multiple=True,
    required=True,
    metavar="TEXT PERSON DATE",
    help=N_("一条措施：内容、责任人、期限；可写多次。"),
)
@spoken.option("--as", "login", required=True, help=AS)
def rectify(
    *, number: str, goal: str, responsible: str, due: datetime, measures: tuple[tuple[str, str, str], ...], login: str
) -> None:
    """Write the plan of rectification of a case about conduct or a unit."""
    rows = [{"text": text, "responsible": person, "due_on": _day(day)} for text, person, day in measures]
    with working_on(number, login) as (found, actor):
        write_rectification(found, goal=goal, responsible=responsible, due_on=due.date(), measures=rows, actor=actor)


@click.command("measure-done", cls=spoken.SpokenCommand, help=N_("登记整改方案中的第几条措施已完成。"))
@click.argument("number")
@click.argument("place", type=click.IntRange(min=1))
@spoken.option("--on", "done_on", type=DAY, default=None, help=N_("完成日期；不写则为今天。"))
@spoken.option("--as", "login", required=True, help=AS)
def measure_done(*, number: str, place: int, done_on: datetime | None, login: str) -> None:
    """Say when a measure of a case was done."""
    with working_on(number, login) as (found, actor):
        finish_measure(found, place - 1, done_on=done_on.date() if done_on else clock.today(), actor=actor)


@click.group(cls=spoken.SpokenGroup, help=N_("暂停案件的办理时限：申请、批准或不批准、恢复计时；法定日期不推迟。"))
def hold() -> None:
    """Everything about holds."""


@hold.command(help=N_("申请暂停；批准之后才停止计时。"))
@click.argument("number")
@spoken.option("--reason", required=True, help=N_("暂停的理由。"))
@spoken.option("--until", required=True, type=DAY, help=N_("暂停到哪一天，例如 2024-08-31。"))
@spoken.option("--as", "login", required=True, help=AS)
def ask(*, number: str, reason: str, until: datetime, login: str) -> None:
    """Ask for a hold."""
    with working_on(number, login) as (found, actor):
        holds.ask_hold(found, reason=reason, until_on=until.date(), actor=actor)


@hold.command(help=N_("批准或不批准暂停申请；须由申请人以外的负责人办理。"))
@click.argument("number")
@click.option("--approve/--refuse", "approve", cls=spoken.SpokenOption, required=True, help=N_("批准或不批准。"))
@spoken.option("--reason", default="", help=N_("不批准的理由。"))
@spoken.option("--as", "login", required=True, help=AS)
def decide(*, number: str, approve: bool, reason: str, login: str) -> None:
    """Approve or refuse the hold that waits."""
    with working_on(number, login) as (found, actor):
        holds.decide_hold(found, _last_hold(found), approve=approve, actor=actor, reason=reason)


@hold.command(help=N_("恢复计时。"))
@click.argument("number")
@spoken.option("--as", "login", required=True, help=AS)
def end(*, number: str, login: str) -> None:
    """End the hold that stands."""
    with working_on(number, login) as (found, actor):
        holds.end_hold(found, _last_hold(found), actor=actor)


def _last_hold(found: Case) -> Hold:
    """Return the newest hold: there is never more than one that waits or stands."""
    if not found.holds:
        raise NotFound(N_("案件 %(number)s 没有暂停或暂停申请。"), params={"number": found.number})
    return found.holds[-1]


def _day(text: str) -> str:
    return str(DAY.convert(text, None, None).date())


COMMANDS = (merge, unmerge, severity, agree, rectify, measure_done, hold)
