"""The index of e-mail addresses for what was imported before there was one: run once after such an upgrade."""

import click

from casework.cli import spoken
from casework.cli.context import application
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.index_emails import Indexed, index_emails


@click.command(
    cls=spoken.SpokenCommand,
    help=N_("为升级以前导入的登记补建邮箱索引；可随时中断，再次运行接着做，重复运行没有影响。"),
)
def index() -> None:
    """Go through the registrations, slice by slice."""
    looked = written = 0
    with application():
        done = Indexed(0, 0, 0)
        while done.after is not None:
            with unit_of_work():
                done = index_emails(after=done.after)
            looked, written = looked + done.looked, written + done.written
        click.echo(
            spoken.say(
                N_("看了%(looked)d条没有索引的登记，补建%(written)d条；其余的没有登记邮箱。"),
                looked=looked,
                written=written,
            )
        )


COMMANDS = (index,)
