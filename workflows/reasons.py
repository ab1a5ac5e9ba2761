"""A sentence with its facts: how a rule explains what it computed.

A `Refusal` says why not; a `Reason` says why so — why this date, why this case
has nobody. It keeps the message id and the raw facts apart, so whoever shows it
can translate the sentence, translate those facts that are words themselves
(the name of a holiday), and write dates in the reader's manner.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from workflows.beijing import BEIJING


def chinese_date(value: object) -> object:
    """Write dates and moments in Chinese, in Beijing time; leave everything else as it is."""
    if isinstance(value, datetime):
        local = value.astimezone(BEIJING)
        return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return value


@dataclass(frozen=True)
class Reason:
    """One fact behind a result: a stable code, a sentence, its parameters.

    `words` names those parameters that are message ids themselves.
    """

    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    words: frozenset[str] = frozenset()

    def said(
        self,
        translate: Callable[[str], str] = str,
        show: Callable[[object], object] = chinese_date,
    ) -> str:
        """Return the whole sentence in the reader's language, with dates written by `show`."""
        shown = {
            name: translate(str(value)) if name in self.words else show(value) for name, value in self.params.items()
        }
        return translate(self.message) % shown

    def __str__(self) -> str:
        return self.said()
