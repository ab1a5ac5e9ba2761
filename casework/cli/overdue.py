"""The overdue board from the terminal: what is late, press its owners, raise a case."""

import click

from casework import clock, working_days
from casework.cases.queries import get_case
from casework.cli import spoken
from casework.cli.context import acting, application, person_of
from casework.cli.rounds import AS, ORGANISATION, ROUND
from casework.doors.unit import unit_of_work
from casework.errors import N_, Forbidden
from casework.operations.press import press as press_owner
from casework.operations.raise_case import raise_case
from casework.overview import board, board_counts
from casework.overview.board_names import label_of, names_of
from casework.overview.outlook import Outlook, outlook_of
from casework.overview.ribbon import next_date
from casework.people import queries as people
from casework.rounds import queries as rounds
from workflows.access import scope_of

NOTE = N_("写入案件办理记录的说明，不随消息发出。")


@click.group(cls=spoken.SpokenGroup, help=N_("逾期督办：看积压和进度、催办、上报。"))
def overdue() -> None:
    """Everything about late work."""


@overdue.command(help=N_("查看权限范围内的逾期情况，以及按现在的进度能否如期办完。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--round", "round_code", required=True, help=ROUND)
@spoken.option("--by", type=click.Choice(board.AXES), default="unit", show_default=True, help=N_("按什么分行。"))
def show(*, login: str, round_code: str, by: str) -> None:
    """Print the numbers of the board, its rows, and how the work stands for the next date."""
    with application():
        actor, round_, now, today = acting(login), rounds.get_round(round_code), clock.now(), clock.today()
        scopes = scope_of(actor, board.READ)
        if not scopes:
            raise Forbidden(N_("您的角色不能查看逾期督办。"))
        condition = board.watched(actor, round_.id)
        found, _ = board_counts.figures(condition, scopes=scopes, round_id=round_.id, now=now)
        names, numbers = names_of(found), found.numbers
        words = N_("逾期%(late)d件，今天到期%(today)d件，在办%(open)d件，未派发%(nobody)d件。")
        nobody = found.unassigned
        click.echo(spoken.say(words, late=numbers.of("od"), today=numbers.of("td"), open=numbers.total, nobody=nobody))
        ahead = outlook_of(found, today=today, on=next_date(round_.id, actor, today), calendar=working_days.calendar())
        if ahead and ahead.known:
            click.echo(_told(ahead))
        for row in found.heat[by].rows:
            click.echo(f"{row.overdue:>7} {row.total:>7}  {spoken.say(label_of(by, row, names))}")


@overdue.command(help=N_("催办一个人在一个单位的全部逾期案件；每人每天一次，休息日不催办。"))
@click.argument("owner")
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--note", default="", help=NOTE)
@spoken.option("--as", "login", required=True, help=AS)
def press(*, owner: str, organisation: str, note: str, login: str) -> None:
    """Press an owner, by login."""
    with application(), unit_of_work():
        person = person_of(owner)
        place = people.get_organisation(organisation)
        done = press_owner(person, organisation=place, note=note, actor=acting(login))
        click.echo(spoken.say(N_("已催办%(n)d件逾期案件。"), n=len(done.cases)))


@overdue.command("raise", help=N_("把一件逾期案件立即报给督办阶梯上还不知情的上一级；每件每天一次。"))
@click.argument("number")
@spoken.option("--note", default="", help=NOTE)
@spoken.option("--as", "login", required=True, help=AS)
def raise_(*, number: str, note: str, login: str) -> None:
    """Raise a case."""
    with application(), unit_of_work():
        actor = acting(login)
        done = raise_case(get_case(number, actor, lock=True), actor=actor, note=note)
        click.echo(spoken.say(N_("已报%(roles)s。"), roles=done.labels))


def _told(ahead: Outlook) -> str:
    words = N_(
        "近%(days)d个工作日每天复核通过的中位数是%(p)s件（四分位%(a)s—%(b)s件）；"
        "到%(on)s还有%(left)d个工作日，每天须办结%(need).1f件，预计还余%(rest)d件。"
    )
    return spoken.say(
        words,
        days=ahead.days,
        p=f"{ahead.pace.median:g}",
        a=f"{ahead.pace.low:g}",
        b=f"{ahead.pace.high:g}",
        on=ahead.on.isoformat(),
        left=ahead.days_left,
        need=ahead.pace.needed,
        rest=ahead.left,
    )


COMMANDS = (overdue,)
