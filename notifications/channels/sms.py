"""What both SMS providers have in common: numbers, templates, and bundles of messages for a call.

In China a carrier carries no free text. What may be said is registered as a
template with its variables months before; a message names the template and fills
it. So a kind of message without a template of the provider is refused here with
a sentence and never sent as text.

A provider does not know our messages, only calls and numbers. Within one attempt
a number therefore stands in at most one bundle that bears the attempt's reference
alone; a number that occurs more often gets calls of its own, which bear the
message's ref too. So reference and number together always name one message.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifications.channels.channel import Outcome, refused
from notifications.errors import N_, ChannelMisconfigured, ErrorClass
from notifications.kinds import KINDS
from notifications.message import Message

NO_TEMPLATE = N_("短信服务商处没有登记这类消息的模板，短信没有发出。请管理员登记模板并填写模板编号。")
NO_NUMBER = N_("收件号码不是有效的手机号码，短信没有发出。请核对联系方式。")

_NUMBER = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
_LONG_DIGITS = re.compile(r"\d{7,}")
_TEMPLATE = re.compile(r"([A-Za-z0-9_]+)(?::([a-z_]+(?:,[a-z_]+)*))?")


@dataclass(frozen=True)
class Template:
    """The provider's code of a registered template, and our parameters in its order."""

    code: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Addressed:
    """Who was in a call of ours: the message, the number, when the call was made, and whether its fate is unknown."""

    ref: str
    recipient: str
    at: datetime
    in_doubt: bool = True


@dataclass(frozen=True)
class Bundle:
    """Messages for one call: distinct numbers, one template, `mark` is what the provider is told."""

    mark: str
    template: Template
    messages: tuple[Message, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The eleven digits of each, in order."""
        return tuple(number_of(message.recipient) or "" for message in self.messages)


def number_of(address: str) -> str | None:
    """Return the eleven digits of a mainland mobile number, or None when it is none."""
    found = _NUMBER.fullmatch(re.sub(r"[\s-]", "", address))
    return found[1] if found else None


def masked(words: object) -> str:
    """Return a provider's words without anything that could be a telephone number."""
    return _LONG_DIGITS.sub("…", str(words))[:200]


def templates_of(settings: Mapping[str, str]) -> Mapping[str, Template]:
    """Read `template_<kind>` settings of the form `CODE` or `CODE:case,due`; raise `ChannelMisconfigured`."""
    found = {}
    for name, value in settings.items():
        kind = name.removeprefix("template_")
        read = _TEMPLATE.fullmatch(value.replace(" ", ""))
        if kind not in KINDS or read is None:
            raise ChannelMisconfigured(f"{name}={value!r} does not name a kind and a template like SMS_1:case,due.")
        names = tuple(read[2].split(",")) if read[2] else ()
        if not set(names) <= KINDS[kind].parameters:
            raise ChannelMisconfigured(f"{name} asks for more than {sorted(KINDS[kind].parameters)}.")
        found[kind] = Template(read[1], names)
    return found


def refusals(messages: Iterable[Message], templates: Mapping[str, Template]) -> dict[str, Outcome]:
    """Return, by ref, the refusal of each message that no call could carry."""
    found = {}
    for message in messages:
        if message.kind not in templates:
            found[message.ref] = refused(message, ErrorClass.TEMPLATE, NO_TEMPLATE, detail=message.kind)
        elif number_of(message.recipient) is None:
            found[message.ref] = refused(message, ErrorClass.RECIPIENT, NO_NUMBER)
    return found


def bundles(
    messages: Sequence[Message],
    templates: Mapping[str, Template],
    *,
    reference: str,
    size: int,
    same: Callable[[Message, Template], object],
) -> Iterator[Bundle]:
    """Yield calls of at most `size` distinct numbers whose messages agree in what `same` returns."""
    times = Counter(number_of(message.recipient) for message in messages)
    together: dict[object, list[Message]] = {}
    for message in messages:
        template = templates[message.kind]
        if times[number_of(message.recipient)] > 1:
            yield Bundle(f"{reference}.{message.ref}", template, (message,))
        else:
            together.setdefault((template.code, same(message, template)), []).append(message)
    for some in together.values():
        for at in range(0, len(some), size):
            yield Bundle(reference, templates[some[0].kind], tuple(some[at : at + size]))


def refs_of(asked: Sequence[Addressed], *, reference: str) -> Mapping[tuple[str, str], str]:
    """Return the message that a mark and a number name, for both kinds of mark."""
    found = {}
    for each in asked:
        number = number_of(each.recipient) or ""
        found[f"{reference}.{each.ref}", number] = each.ref
        found[reference, number] = each.ref
    return found
