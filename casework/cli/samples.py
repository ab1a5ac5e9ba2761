"""Samples from the terminal: how many to check, draw them, and what they say (N2.5)."""

import click

from casework.cases import sample_queries as queries
from casework.cases.sample_results import SURVEY, SampleResult, result_of
from casework.cases.samples import PURPOSES, Sample
from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS, ORGANISATION, ROUND
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import N_, Invalid
from casework.operations.draw_sample import draw_sample
from casework.operations.draw_watch_sample import draw_watch_sample
from casework.people import queries as people
from casework.rounds import queries as rounds
from casework.screening.sample_sizes import acceptance, size_for, size_to_discover
from casework.screening.sampling import MINIMUM, Design

MARGIN = N_("误差不超过多少个百分点。")
RATE = N_("要发现的有误比例，或不可接受的有误比例，百分数。")
DECLARED = N_("声称的有误比例，百分数；与 --rate 同用，按抽样方案核对。")


@click.group(cls=spoken.SpokenGroup, help=N_("抽样核查：算抽多少、抽样、看结果。"))
def sample() -> None:
    """Everything about samples."""


@sample.command(help=N_("算需要抽多少件，不读也不写数据库。"))
@spoken.option("--margin", type=float, default=None, help=MARGIN)
@spoken.option("--rate", type=float, default=None, help=RATE)
@spoken.option("--declared", type=float, default=None, help=DECLARED)
@spoken.option("--population", type=click.IntRange(min=1), default=None, help=N_("总体件数；不写按无限总体计算。"))
def size(*, margin: float | None, rate: float | None, declared: float | None, population: int | None) -> None:
    """Print how many to draw."""
    design = _design(margin=margin, size=None, rate=rate, declared=declared, minimum=0)
    if design.kind == "plan":
        plan = acceptance(design.declared, design.rate)
        click.echo(spoken.say(N_("抽取%(n)d件，允许有误%(c)d件。"), n=plan.n, c=plan.c))
        return
    n = (
        size_for(design.margin, population=population)
        if design.kind == "margin"
        else size_to_discover(design.rate, population=population)
    )
    click.echo(spoken.say(N_("抽取%(n)d件。"), n=n))


@sample.command(help=N_("按层抽样并立案；种子由系统生成，与总体校验值一起写入日志。"))
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option("--organisation", required=True, help=ORGANISATION)
@spoken.option("--round", "round_code", required=True, help=ROUND)
@spoken.option("--margin", type=float, default=None, help=MARGIN)
@spoken.option("--size", type=int, default=None, help=N_("抽取多少件。"))
@spoken.option("--rate", type=float, default=None, help=RATE)
@spoken.option("--declared", type=float, default=None, help=DECLARED)
@spoken.option("--minimum", type=int, default=MINIMUM, show_default=True, help=N_("每层至少多少件。"))
@spoken.option("--whole", is_flag=True, help=N_("也抽在办案件涉及的登记，抽到时不另立案。"))
@spoken.option("--watch", is_flag=True, help=N_("抽取缺少的对照样本：没有被任何规则命中的登记。"))
@spoken.option("--seed", default=None, help=N_("指定种子；会写明种子不是系统生成。"))
@spoken.option("--reason", default="", help=N_("本轮再次抽样的理由。"))
def draw(
    *,
    login: str,
    organisation: str,
    round_code: str,
    margin: float | None,
    size: int | None,
    rate: float | None,
    declared: float | None,
    minimum: int,
    whole: bool,
    watch: bool,
    seed: str | None,
    reason: str,
) -> None:
    """Draw a sample; print its name and what was opened."""
    with application(), unit_of_work():
        place, round_, actor = people.get_organisation(organisation), rounds.get_round(round_code), acting(login)
        if watch:
            done = draw_watch_sample(organisation=place, round_=round_, actor=actor, seed=seed)
        else:
            design = _design(margin=margin, size=size, rate=rate, declared=declared, minimum=minimum)
            done = draw_sample(
                organisation=place,
                round_=round_,
                design=design,
                actor=actor,
                whole=whole,
                seed=seed,
                reason=reason,
            )
        click.echo(done.sample.ref)
        words = N_("抽取%(drawn)d件，新立案%(opened)d件，并入在办案件%(joined)d件。")
        drawn = len(done.opened) + done.joined
        click.echo(spoken.say(words, drawn=drawn, opened=len(done.opened), joined=done.joined))


@sample.command("list", help=N_("列出权限范围内的样本，最近的在前。"))
@spoken.option("--as", "login", required=True, help=AS)
def list_(*, login: str) -> None:
    """List samples."""
    with application():
        for found in db.session.scalars(queries.visible_samples(acting(login))):
            click.echo(_line(found))


@sample.command(help=N_("查看一个样本的结果：还有多少登记有误，调查时可能查出多少。"))
@click.argument("ref")
@spoken.option("--as", "login", required=True, help=AS)
@spoken.option(
    "--survey", type=click.IntRange(min=1), default=SURVEY, show_default=True, help=N_("统计部门调查多少人。")
)
def show(*, ref: str, login: str, survey: int) -> None:
    """Show what a sample says."""
    with application():
        found = queries.get_sample(ref, acting(login))
        result = result_of(found, survey=survey)
        click.echo(_line(found))
        for line in _said(result):
            click.echo(line)
        for each in result.strata:
            share = f"{_percent(each.share)} ({_percent(each.low)}–{_percent(each.high)})" if each.checked else "—"
            click.echo(f"  {each.name:<20} {each.size:>7} {each.drawn:>5} {each.checked:>5} {each.wrong:>4}  {share}")
        click.echo(spoken.say(N_("种子 %(seed)s，总体校验值 %(hash)s"), seed=found.seed, hash=found.population_hash))


def _design(
    *, margin: float | None, size: int | None, rate: float | None, declared: float | None, minimum: int
) -> Design:
    """Return the one design that the options ask for; shares are per cent."""
    if declared is not None and rate is not None and margin is None and size is None:
        return Design("plan", declared=declared / 100, rate=rate / 100, minimum=minimum)
    given = [name for name, value in (("margin", margin), ("size", size), ("rate", rate)) if value is not None]
    if len(given) != 1 or declared is not None:
        raise Invalid(N_("请写明一种要求：--margin、--size、--rate，或 --declared 与 --rate。"))
    if margin is not None:
        return Design("margin", margin=margin / 100, minimum=minimum)
    if rate is not None:
        return Design("discovery", rate=rate / 100, minimum=minimum)
    return Design("size", size=size or 0, minimum=minimum)


def _line(found: Sample) -> str:
    purpose = spoken.say(PURPOSES[found.purpose])
    drawn = sum(row["drawn"] for row in found.strata)
    return f"{found.ref}  {purpose}  {found.drawn_at:%Y-%m-%d}  {drawn}/{found.population}  {found.organisation.name}"


def _said(result: SampleResult) -> list[str]:
    found, survey = result.estimate, result.forecast
    if found is None or survey is None:
        return [spoken.say(N_("抽取%(n)d件，还没有一件核结。"), n=result.drawn)]
    lines = [
        spoken.say(
            N_("抽取%(n)d件，已核实%(k)d件，%(x)d件有误：有误的约%(p)s（%(a)s—%(b)s）。"),
            n=result.drawn,
            k=result.checked,
            x=result.wrong,
            p=_percent(found.share),
            a=_percent(found.low),
            b=_percent(found.high),
        ),
        spoken.say(
            N_("统计部门如果调查%(m)d人，预计查出约%(n)d件（%(a)d—%(b)d件）。"),
            m=survey.records,
            n=round(survey.expected),
            a=survey.low,
            b=survey.high,
        ),
        spoken.say(
            N_("还有%(open)d件未办结，%(unverifiable)d件无法核实。"),
            open=result.open,
            unverifiable=result.unverifiable,
        ),
    ]
    if result.verdict:
        lines.append(spoken.say(result.verdict.message, **result.verdict.params))
    return lines


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.1f}%"


COMMANDS = (sample,)
