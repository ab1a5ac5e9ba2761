"""Commands that explain themselves in the language of the terminal: Chinese, or English where the locale says so.

Help texts are message ids like every other word of the product. They are
translated when help is asked for, not when the module is loaded.
"""

import gettext
import os
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import click

from casework.errors import N_
from workflows.engine import Words
from workflows.errors import Refusal

Command = TypeVar("Command", bound=Callable[..., Any])
TRANSLATIONS = Path(__file__).parents[1] / "translations"
USAGE, OPTIONS, COMMANDS = N_("用法："), N_("选项"), N_("命令")
HELP = N_("显示本说明后退出。")


def language(environ: Mapping[str, str] = os.environ) -> str:
    """Return `en` when CASEWORK_LANG or the locale asks for English, else `zh`."""
    wanted = environ.get("CASEWORK_LANG") or environ.get("LC_ALL") or environ.get("LANG") or ""
    return "en" if wanted.lower().startswith("en") else "zh"


def say(message: str, **params: object) -> str:
    """Return a marked sentence in the language of the terminal, with its parameters filled in; labels follow."""
    text = _catalogue(language()).gettext(message)
    return text % {name: _shown(value) for name, value in params.items()} if params else text


def say_refusal(refusal: Refusal) -> str:
    """Return the sentence of a rule in the language of the terminal."""
    return say(refusal.message, **refusal.params)


def enumeration(parts: Iterable[str]) -> str:
    """Return several things in a row, with the mark of the language of the terminal between them."""
    return (", " if language() == "en" else "、").join(parts)


def _shown(value: object) -> object:
    return enumeration(say(part) for part in value) if isinstance(value, Words) else value


@lru_cache
def _catalogue(wanted: str) -> gettext.NullTranslations:
    return gettext.translation("messages", TRANSLATIONS, [wanted], fallback=True)


class SpokenOption(click.Option):
    """An option whose help is translated when it is shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the two columns of help."""
        record = super().get_help_record(ctx)
        if record is None or not self.help:
            return record
        return record[0], record[1].replace(self.help, say(self.help))


class SpokenCommand(click.Command):
    """A command whose help is translated when it is shown."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the explanation."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(say(self.help or ""))

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line of usage."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=f"{say(USAGE)} ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        rows = [record for param in self.get_params(ctx) if (record := param.get_help_record(ctx)) is not None]
        if rows:
            with formatter.section(say(OPTIONS)):
                formatter.write_dl(rows)

    def get_short_help_str(self, limit: int = 72) -> str:
        """Return the first sentence."""
        return say(self.help or "").split("\n", maxsplit=1)[0][:limit]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the help option, in our words."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say(HELP)
        return option


class SpokenGroup(SpokenCommand, click.Group):
    """A group of such commands."""

    command_class = SpokenCommand
    group_class = type

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        super().format_options(ctx, formatter)
        with formatter.section(say(COMMANDS)):
            formatter.write_dl([(name, self.commands[name].get_short_help_str()) for name in self.list_commands(ctx)])

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """Return the commands in the order in which a round needs them."""
        return list(self.commands)


def option(*names: str, help: str, **attributes: Any) -> Callable[[Command], Command]:  # noqa: A002 - click's own word
    """Declare an option with a translated help."""
    return click.option(*names, cls=SpokenOption, help=help, **attributes)


def choice(values: Iterable[StrEnum]) -> click.Choice[str]:
    """Return the choice among the values of an enumeration, spelt as the API spells them."""
    return click.Choice([each.value for each in values])
