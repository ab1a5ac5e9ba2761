"""Employers that look alike from the terminal: list the pairs, and say which are one."""

import click

from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS, ORGANISATION, ROUND
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations.decide_employer import ACTION, decide_employer
from casework.operations.permit import permit
from casework.people import queries as people
from casework.rounds import queries as rounds
from casework.screening.employers import waiting
from casework.screening.identity import REASONS


@click.group(cls=spoken.SpokenGroup, help=N_("认定看起来相近的用人单位。"))
def employers() -> None:
    """Everything about employers that look alike."""


@employers.command("list", help=N_("列出看起来相近、尚未认定的单位；在有人认定之前不作合并。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
def list_(*, login: str, organisation: str, round_code: str) -> None:
    """List the pairs that wait, the most telling first."""
    with application():
        where = people.get_organisation(organisation)
        permit(acting(login), ACTION, organisation=where)
        found = waiting(rounds.get_round(round_code).id, where.id)
        for each in found:
            why = " ".join(spoken.say(REASONS[reason]) for reason in each.why)
            click.echo(f"{each.code_one} {each.name_one}  {each.code_other} {each.name_other}  {each.likeness}% {why}")
        click.echo(spoken.say(N_("%(n)s 对单位看起来相近，在有人认定之前不作合并。"), n=len(found)))


@employers.command(help=N_("认定两个代码是不是同一单位；登记内容不变，只影响按单位合计人数的规则。"))
@click.argument("code_one")
@click.argument("code_other")
@spoken.option("--same/--different", required=True, help=N_("同一单位，或不是同一单位。"))
@spoken.option("--reason", required=True, help=N_("认定的依据。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
def decide(
    *, code_one: str, code_other: str, same: bool, reason: str, login: str, organisation: str, round_code: str
) -> None:
    """Decide about one pair."""
    with application(), unit_of_work():
        decide_employer(
            organisation=people.get_organisation(organisation),
            round_=rounds.get_round(round_code),
            code_one=code_one,
            code_other=code_other,
            same=same,
            reason=reason,
            actor=acting(login),
        )
        click.echo(spoken.say(N_("已认定，下次筛查起按此合计人数。")))


COMMANDS = (employers,)
