"""`casework erase`: personal values beside the journal, once they need not be kept; and the holds that forbid it."""

import click

from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.erase_values import erase_values
from casework.operations.legal_holds import lift_hold, place_hold
from casework.people.queries import get_organisation

AT = N_("单位代码。")
WHY = N_("理由；记入日志。")


@click.group(cls=spoken.SpokenGroup, help=N_("清除日志中过了保存期限的个人信息，或设定、解除依法保全。"))
def erase() -> None:
    """Let go what may go, and keep what must stay."""


@erase.command(
    "values", cls=spoken.SpokenCommand, help=N_("清除日志中关于一个编号（案号、线索号、报告号、账号）的个人信息。")
)
@click.argument("subject")
@spoken.option("--at", "code", required=True, help=AT)
@spoken.option("--reason", required=True, help=WHY)
@spoken.option("--as", "login", required=True, help=AS)
def values(*, subject: str, code: str, reason: str, login: str) -> None:
    """Erase, and say how much."""
    with application(), unit_of_work():
        done = erase_values(organisation=get_organisation(code), subject=subject, reason=reason, actor=acting(login))
        said = N_("已清除“%(subject)s”的个人信息：日志 %(values)d 项，办理经过 %(words)d 处。日志链保持完整。")
        click.echo(spoken.say(said, **vars(done)))


@erase.command("hold", cls=spoken.SpokenCommand, help=N_("依法保全一件事：解除之前不能清除其个人信息。"))
@click.argument("subject")
@spoken.option("--at", "code", required=True, help=AT)
@spoken.option("--reason", required=True, help=WHY)
@spoken.option("--as", "login", required=True, help=AS)
def hold(*, subject: str, code: str, reason: str, login: str) -> None:
    """Place a legal hold."""
    with application(), unit_of_work():
        place_hold(organisation=get_organisation(code), subject=subject, reason=reason, actor=acting(login))
    click.echo(spoken.say(N_("“%(subject)s”已依法保全。"), subject=subject))


@erase.command("lift", cls=spoken.SpokenCommand, help=N_("解除对一件事的保全。"))
@click.argument("subject")
@spoken.option("--at", "code", required=True, help=AT)
@spoken.option("--reason", required=True, help=WHY)
@spoken.option("--as", "login", required=True, help=AS)
def lift(*, subject: str, code: str, reason: str, login: str) -> None:
    """Lift a legal hold."""
    with application(), unit_of_work():
        lift_hold(organisation=get_organisation(code), subject=subject, reason=reason, actor=acting(login))
    click.echo(spoken.say(N_("“%(subject)s”的保全已解除。"), subject=subject))


COMMANDS = (erase,)
