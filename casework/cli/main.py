"""`casework`: everything that an operator does, and every step of the work for whoever prefers a terminal."""

import sys

import click

from casework.cli import (
    accounts,
    bounces,
    calendars,
    cases,
    checks,
    deliveries,
    employers,
    invariants,
    overdue,
    reports,
    rounds,
    running,
    samples,
    screening,
    simulate,
    spoken,
    stops,
    weights,
)
from casework.errors import N_, CaseworkError
from workflows.errors import Refused


class Casework(spoken.SpokenGroup):
    """The whole command line; what the service refuses is said in one sentence, without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; answer a refusal with its sentence and exit code 1."""
        try:
            return super().invoke(ctx)
        except CaseworkError as refusal:
            click.echo(spoken.say(refusal.message, **refusal.params), err=True)
        except Refused as refused:
            for reason in refused.refusals:
                click.echo(spoken.say_refusal(reason), err=True)
        sys.exit(1)


@click.group(cls=Casework, help=N_("毕业去向核查：高校毕业生就业监测数据自查的案件管理服务。"))
def cli() -> None:
    """Everything starts here."""


for command in (
    *running.COMMANDS,
    *accounts.COMMANDS,
    *rounds.COMMANDS,
    *calendars.COMMANDS,
    *screening.COMMANDS,
    *weights.COMMANDS,
    *employers.COMMANDS,
    *cases.COMMANDS,
    *samples.COMMANDS,
    *overdue.COMMANDS,
    *reports.COMMANDS,
    *checks.COMMANDS,
    *deliveries.COMMANDS,
    *bounces.COMMANDS,
    *invariants.COMMANDS,
    *simulate.COMMANDS,
    *stops.COMMANDS,
):
    cli.add_command(command)
