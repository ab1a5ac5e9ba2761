"""Say what is unsafe about this installation, and start nothing that others could reach like that."""

from collections.abc import Iterable

import click

from casework.cli import spoken
from casework.config import Settings
from casework.doors.safe_start import ACCEPT, Installation, Risk, UnsafeStart, require_safe, risks
from casework.errors import N_


def refuse_unsafe(settings: Settings, *, listens_on: str) -> None:
    """Say every risk that stops the start, then raise `UnsafeStart`; nothing is said of a trial on this machine."""
    try:
        require_safe(Installation(settings, listens_on))
    except UnsafeStart as refusal:
        _say(refusal.risks, err=True)
        raise


def starts_safely(settings: Settings) -> bool:
    """Say all that is unsafe, and of what is only this machine's that it would stop a start for others."""
    found = risks(Installation(settings))
    _say(found, err=False)
    if not found:
        click.echo(spoken.say(N_("启动安全：没有发现不安全的设置。")))
    elif not any(risk.stops for risk in found):
        click.echo(spoken.say(N_("启动安全：以上各项已注明接受，或服务只在本机可达；对外开放前请先处理。")))
    return not any(risk.stops for risk in found)


def _say(found: Iterable[Risk], *, err: bool) -> None:
    for risk in found:
        click.echo(spoken.say(risk.sentence, **risk.params), err=err)
        if risk.stops:
            click.echo("  " + spoken.say(ACCEPT, code=risk.code), err=err)
