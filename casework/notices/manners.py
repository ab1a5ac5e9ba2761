"""How this installation behaves towards the people it writes to, and towards the carriers that it writes through.

Reminders gather for a moment so that a hundred of them are one letter; nobody
gets more than so many letters a day, no number more than its carrier allows;
and no carrier is called faster than it can bear. Each is a setting (`SENDING_…`,
`docs/operations.md`). `PLAIN` asks for none of it: what is ready leaves as it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Self

from casework.errors import N_, Unavailable

_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?)(?:/([0-9]+))?")
_LONGEST_PAUSE = 3600
_MOST = 100_000


@dataclass(frozen=True)
class Rate:
    """So many messages a second, and so many at once after a rest."""

    a_second: float
    burst: int


@dataclass(frozen=True)
class Manners:
    """The settings of the way out; None or nothing named means: not limited."""

    gather: timedelta = timedelta()
    letters_a_day: int | None = None
    sms_a_day: int | None = None
    caps: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    rates: Mapping[str, Rate] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> Self:
        """Read settings given as text; raise `Unavailable` naming the one that cannot be understood.

        `gather_seconds`, `letters_a_day`, `sms_a_day`; `cap_<channel>` a number and day;
        `rate_<channel>` as `10` or `10/50`: messages a second, and at once. 0 means: not limited.
        """
        caps, rates = dict(_CAPS), dict(_RATES)
        numbers = {"gather_seconds": 60, "letters_a_day": 5, "sms_a_day": 3}
        for name, value in settings.items():
            what, _, channel = name.partition("_")
            if name in numbers:
                numbers[name] = _number(name, value, most=_LONGEST_PAUSE if name == "gather_seconds" else _MOST)
            elif what == "cap" and channel:
                caps[channel] = _number(name, value, most=_MOST)
            elif what == "rate" and channel:
                rates[channel] = _rate(name, value)
            else:
                raise _unknown(name, value)
        return cls(
            gather=timedelta(seconds=numbers["gather_seconds"]),
            letters_a_day=numbers["letters_a_day"] or None,
            sms_a_day=numbers["sms_a_day"] or None,
            caps=MappingProxyType({channel: cap for channel, cap in caps.items() if cap}),
            rates=MappingProxyType({channel: rate for channel, rate in rates.items() if rate.a_second}),
        )


PLAIN = Manners()
_CAPS: Mapping[str, int] = MappingProxyType({"aliyun": 50, "tencent": 10})
"""How many messages a provider takes for one number and day unless it was agreed otherwise."""
_RATES: Mapping[str, Rate] = MappingProxyType(
    {
        "smtp": Rate(10, 50),
        "wecom": Rate(20, 200),
        "aliyun": Rate(100, 200),
        "tencent": Rate(100, 400),
        "webhook": Rate(10, 40),
    }
)
"""What an ordinary mail server, or a provider's ordinary account, bears without complaint."""


def _number(name: str, value: str, *, most: int) -> int:
    if value.isascii() and value.isdigit() and int(value) <= most:
        return int(value)
    raise _unknown(name, value)


def _rate(name: str, value: str) -> Rate:
    read = _RATE.fullmatch(value.strip())
    if read is None or float(read[1]) > _MOST or int(read[2] or 0) > _MOST:
        raise _unknown(name, value)
    return Rate(float(read[1]), max(1, int(read[2] or float(read[1]))))


def _unknown(name: str, value: str) -> Unavailable:
    return Unavailable(
        N_("发送设置 %(name)s 的取值“%(value)s”无法识别，没有启动。请对照运维文档改正。"),
        code="sending_settings_wrong",
        params={"name": f"SENDING_{name.upper()}", "value": value},
    )
