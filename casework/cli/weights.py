"""The weights of the screening rules from the terminal: weigh them anew by what became of their cases."""

import click

from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS, ORGANISATION, ROUND
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.refit_weights import refit_weights
from casework.people import queries as people
from casework.rounds import queries as rounds


@click.group(cls=spoken.SpokenGroup, help=N_("筛查规则的证据权重。"))
def weights() -> None:
    """Everything about weights."""


@weights.command(help=N_("按复核通过的案件重算各条规则的证据权重，并更新在办案件的可疑程度。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
def refit(*, login: str, organisation: str, round_code: str) -> None:
    """Weigh the rules anew."""
    with application(), unit_of_work():
        made = refit_weights(
            organisation=people.get_organisation(organisation), round_=rounds.get_round(round_code), actor=acting(login)
        )
        for rule, row in made.values["rules"].items():
            if row["checked"]:
                line = (
                    N_("据%(checked)d件重算，属实%(confirmed)d件")
                    if row["refitted"]
                    else N_("沿用起始值，办结%(checked)d件")
                )
                told = spoken.say(line, checked=row["checked"], confirmed=row["confirmed"])
                click.echo(f"{row['ratio']:>10.4g}  {rule}  {told}")
        click.echo(spoken.say(N_("证据权重第 %(version)d 版已生效。"), version=made.version))


COMMANDS = (weights,)
