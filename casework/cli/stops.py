"""`casework release`: let messages go on that the service itself has stopped."""

import click

from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.release_stop import STOPPING, release_stop


@click.command(cls=spoken.SpokenCommand, help=N_("恢复因时钟跳变或模板被拒而暂停的发送。"))
@click.argument("code", type=click.Choice(STOPPING))
@click.argument("subject", default="")
@spoken.option("--as", "login", required=True, help=AS)
def release(*, code: str, subject: str, login: str) -> None:
    """End a stop."""
    with application(), unit_of_work():
        rung = release_stop(code, subject=subject, actor=acting(login))
    click.echo(spoken.say(N_("已恢复发送。正在发送的通道：%(channels)s。"), channels="、".join(rung) or "—"))


COMMANDS = (release,)
