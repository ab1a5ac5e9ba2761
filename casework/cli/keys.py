"""`casework keys`: which key has sealed how much, a new one, everything sealed anew, an old one gone."""

from collections.abc import Callable

import click
from flask import Flask

from casework.cli import spoken
from casework.cli.context import acting, application
from casework.cli.rounds import AS
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.operations import sealed_places
from casework.operations.change_keys import CHANGE, add_key, held_by_keys, note_reseal, retire_key
from casework.operations.permit_service import permit_service
from casework.operations.sealed_places import Slice
from casework.sealing import ring

FILES_AT_ONCE = 100


@click.group(cls=spoken.SpokenGroup, help=N_("查看、添加、更换和停用加密密钥；服务照常运行，不必停机。"))
def keys() -> None:
    """Change keys while the service runs."""


@keys.command("list", cls=spoken.SpokenCommand, help=N_("列出密钥，以及各自加密了多少内容。"))
def shown() -> None:
    """Say what each key has sealed."""
    with application() as app:
        for each in held_by_keys(app.extensions["casework"]):
            said = N_("%(name)s：字段 %(values)d 项，文件 %(files)d 个（使用中）") if each.newest else N_(
                "%(name)s：字段 %(values)d 项，文件 %(files)d 个"
            )  # fmt: skip
            values = sum(each.values.values()) + each.pushes
            click.echo(spoken.say(said, name=each.name, values=values, files=each.files))


@keys.command("add", cls=spoken.SpokenCommand, help=N_("添加一个新密钥：几秒内所有进程改用它加密，旧密钥仍可解密。"))
@spoken.option("--as", "login", required=True, help=AS)
def added(*, login: str) -> None:
    """Make a new key."""
    with application() as app, unit_of_work():
        name = add_key(settings=app.extensions["casework"], actor=acting(login))
    said = N_("已添加密钥 %(name)s。请先备份 keys.json，再运行 casework keys reseal，最后停用旧密钥。")
    click.echo(spoken.say(said, name=name))


@keys.command(
    "reseal",
    cls=spoken.SpokenCommand,
    help=N_("用最新的密钥重新加密全部字段和文件；可随时中断，再次运行接着做，服务照常运行。"),
)
@spoken.option("--as", "login", required=True, help=AS)
def resealed(*, login: str) -> None:
    """Go through everything that is sealed, slice by slice, each a transaction of its own."""
    with application() as app:
        ring().refresh()
        permit_service(acting(login), CHANGE)
        done, broken = _columns()
        files, lost = _files(app)
        with unit_of_work():
            note_reseal(resealed=done + files, broken=broken + lost, actor=acting(login))
        left = sum(each.total for each in held_by_keys(app.extensions["casework"]) if not each.newest)
    said = N_("重新加密字段 %(values)d 项、文件 %(files)d 个；打不开 %(broken)d 项；仍由旧密钥加密 %(left)d 项。")
    click.echo(spoken.say(said, values=done, files=files, broken=broken + lost, left=left))
    if left:
        click.echo(spoken.say(N_("有内容正被改动或打不开。请再运行一次；仍有剩余时运行 casework check。")))


@keys.command(
    "retire", cls=spoken.SpokenCommand, help=N_("停用一个旧密钥；还有内容由它加密时拒绝。此前的备份仍要用它才能打开。")
)
@click.argument("name")
@spoken.option("--as", "login", required=True, help=AS)
def retired(*, name: str, login: str) -> None:
    """Let an old key go."""
    with application() as app, unit_of_work():
        retire_key(name, settings=app.extensions["casework"], actor=acting(login))
    click.echo(spoken.say(N_("密钥 %(name)s 已停用。打开此前的备份仍需要它：请与那些备份一并妥善保管。"), name=name))


def _columns() -> tuple[int, int]:
    done = broken = 0
    for place in sealed_places.columns():
        resealed, bad = _through(lambda after, place=place: sealed_places.reseal_slice(place, after=after))  # type: ignore[misc]
        done, broken = done + resealed, broken + bad
        if resealed:
            click.echo(spoken.say(N_("%(place)s：%(count)d 项"), place=place.name, count=resealed))
    pushes, bad = _through(lambda _after: sealed_places.reseal_pushes())
    return done + pushes, broken + bad


def _through(step: Callable[[int], Slice]) -> tuple[int, int]:
    done, broken, after = 0, 0, 0
    while True:
        with unit_of_work():
            made = step(after)
        done, broken = done + made.resealed, broken + made.broken
        if made.after is None:
            return done, broken
        after = made.after


def _files(app: Flask) -> tuple[int, int]:
    db.session.rollback()  # nothing is read from the database while files are written
    every = sealed_places.files_of(app.extensions["casework"])
    done = lost = 0
    for number, (path, context) in enumerate(every, start=1):
        made = sealed_places.reseal_file(path, context)
        done, lost = done + bool(made), lost + (made is None)
        if number % FILES_AT_ONCE == 0:
            click.echo(spoken.say(N_("文件：%(done)d／%(total)d"), done=number, total=len(every)))
    return done, lost


COMMANDS = (keys,)
