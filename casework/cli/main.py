"""`casework`: everything that an operator does, and every step of the work for whoever prefers a terminal.

A command's code is loaded when it is called: a worker that tells people what is
due must not carry what only screening needs.
"""

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType

import click

from casework.cli import spoken
from casework.errors import N_, CaseworkError
from workflows.errors import Refused

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "up": "running",
        "init": "running",
        "serve": "processes",
        "work": "processes",
        "schedule": "processes",
        "watch": "processes",
        "people": "accounts",
        "password": "accounts",
        "token": "accounts",
        "invite": "accounts",
        "identity": "accounts",
        "close": "accounts",
        "review": "access_review",
        "reach": "accounts",
        "absence": "accounts",
        "tie": "ties",
        "mandate": "ties",
        "round": "rounds",
        "import": "rounds",
        "calendar": "calendars",
        "screen": "screening",
        "weights": "weights",
        "employers": "employers",
        "case": "cases",
        "above": "above",
        "lead": "leads",
        "campaign": "campaigns",
        "sample": "samples",
        "overdue": "overdue",
        "report": "reports",
        "drift": "drifts",
        "export": "exports",
        "check": "checks",
        "erase": "erasing",
        "keys": "keys",
        "subject": "subjects",
        "index": "indexes",
        "deliveries": "deliveries",
        "channels": "deliveries",
        "bounces": "bounces",
        "invariants": "invariants",
        "simulate": "simulate",
        "release": "stops",
        "audit": "audit",
    }
)
"""Where each command lies beside this file, in the order in which help lists them."""


class Shelf(Mapping[str, click.Command]):
    """The commands by name, each loaded when it is taken."""

    def __getitem__(self, name: str) -> click.Command:
        """Load the file of a command and return it."""
        found: Mapping[str, click.Command] = {
            command.name: command for command in import_module(f"casework.cli.{PLACES[name]}").COMMANDS
        }
        return found[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names; nothing is loaded."""
        return iter(PLACES)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(PLACES)


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


cli.commands = Shelf()  # type: ignore[assignment] # click reads it and writes only in add_command
