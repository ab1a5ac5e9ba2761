"""Is the journal whole, is it walled in, and does it still fit the heads that others hold."""

import sys
from pathlib import Path

import click

from casework import journal
from casework.cli import spoken
from casework.cli.context import application
from casework.errors import N_
from casework.filing import held_heads
from casework.overview.walls import row_wall, wall

SHOWN = 5


@click.command(
    "journal",
    cls=spoken.SpokenCommand,
    help=N_("从第一条起校验全部日志和检查点，并与单位以外留存的日志头核对；不符则以非零码退出。"),
)
@spoken.option(
    "--held",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("留存的凭据：卷宗包中的 manifest.json、受理凭证，或每行一个“单位代码:序号:校验值”的文本；可重复。"),
)
@spoken.option(
    "--head", "lines", multiple=True, help=N_("一个留存的日志头：单位代码:序号:校验值（前 16 位即可）；可重复。")
)
def journal_check(*, files: tuple[Path, ...], lines: tuple[str, ...]) -> None:
    """Say what holds and what does not, and which paper contradicts the database."""
    with application():
        held = [held_heads.parse_head(line) for line in lines]
        for file in files:
            held += held_heads.read_held(file.read_text(encoding="utf-8", errors="replace"))
        if not all([walls_stand(), chains_hold(), papers_agree(held)]):  # each is said, whatever the others find
            sys.exit(1)


def walls_stand() -> bool:
    """Say which walls the database puts up; False when a part of one is gone, which no program of ours does."""
    found = [wall(), row_wall()]
    for each in found:
        click.echo(spoken.say(each.sentence, **each.params))
    return all(each.stands for each in found)


def chains_hold() -> bool:
    """Walk every chain from its first link, and say of each whether it holds."""
    broken = 0
    for organisation_id, chain in journal.chains():
        breaks = list(journal.verify(organisation_id, chain))
        broken += len(breaks)
        seq, last = journal.head(organisation_id, chain)
        state = spoken.say(N_("完整")) if not breaks else spoken.say(N_("不完整"))
        click.echo(f"  {organisation_id:>6} {chain:<6} #{seq:<8} {last[: held_heads.SHORTEST]}  {state}")
        for found in breaks[:SHOWN]:
            click.echo(f"    #{found.seq}: {spoken.say(found.reason, **found.params)}")
    return not broken


def papers_agree(held: list[held_heads.HeldHead]) -> bool:
    """Compare the heads that were handed in, and those in the manifests kept here."""
    printed = held_heads.printed_heads()
    wrong = list(held_heads.contradictions([*held, *printed]))
    for each in wrong:
        click.echo(spoken.say(each.sentence, **each.params))
    if not wrong:
        click.echo(
            spoken.say(
                N_("日志与留存的 %(held)d 个日志头、各报告清单所记的 %(printed)d 个日志头相符。"),
                held=len(held),
                printed=len(printed),
            )
        )
    if not held:
        click.echo(spoken.say(N_("没有提供单位以外留存的日志头：整条日志被重新计算时，只有它们能够发现。")))
    return not wrong
