"""Look whether everything still holds: schema, journal, cases without a next step."""

import sys

import click
from sqlalchemy import select

from casework import journal
from casework.cli import schema, spoken
from casework.cli.context import application
from casework.db import db
from casework.doors import doorbell
from casework.errors import N_
from casework.journal import JournalHead


@click.command(cls=spoken.SpokenCommand, help=N_("检查数据库版本、日志链和队列服务；发现问题则以非零码退出。"))
def check() -> None:
    """Print facts, and fail loudly when one of them is wrong."""
    with application():
        click.echo(spoken.say(N_("数据库版本：%(revision)s"), revision=schema.current_revision()))
        reached = doorbell.reachable()
        click.echo(spoken.say(N_("队列服务：可用") if reached else N_("队列服务：不可用，提醒将延后发出")))
        broken = 0
        for chain in db.session.scalars(select(JournalHead).order_by(JournalHead.organisation_id, JournalHead.chain)):
            breaks = list(journal.verify(chain.organisation_id, chain.chain))
            broken += len(breaks)
            state = spoken.say(N_("完整")) if not breaks else spoken.say(N_("不完整"))
            click.echo(f"  {chain.organisation_id:>6} {chain.chain:<6} #{chain.seq:<8} {chain.hash[:12]}  {state}")
            for found in breaks[:5]:
                click.echo(f"    #{found.seq}: {spoken.say(found.reason, **found.params)}")
        if broken:
            sys.exit(1)


COMMANDS = (check,)
