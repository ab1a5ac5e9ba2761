"""By which ways a lead can come in, and by when each of them wants to hear something.

The channels are a code table of the round. Its times are proposals: a working-day
limit for the first reply, and whether the sender above waits for a reply too. What
a letter itself demands goes before them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from casework.errors import N_, Invalid
from casework.rounds import queries as rounds
from casework.rounds.models import CodeEntry

TABLE = "lead_channel"
_DAYS = re.compile(r"(\d+) working days?")


@dataclass(frozen=True)
class Channel:
    """One way in: `response_days` working days for the first reply, None where only the letter itself says so."""

    code: str
    name_zh: str
    name_en: str
    level: str
    response_days: int | None
    replies_upward: bool

    def name(self, language: str) -> str:
        """Return its name in Chinese or English."""
        return self.name_en if language == "en" else self.name_zh


def channels(round_id: int) -> Mapping[str, Channel]:
    """Return the channels of a round by their code, in the order of the codes."""
    return {code: _channel(entry) for code, entry in rounds.table(round_id, TABLE).items()}


def get_channel(round_id: int, code: str) -> Channel:
    """Return one channel of a round; `Invalid` when the round has no such channel."""
    found = channels(round_id).get(code)
    if found is None:
        raise Invalid(N_("本轮次没有这个线索渠道，没有保存。"), fields={"channel": N_("请从列表中选择。")})
    return found


def _channel(entry: CodeEntry) -> Channel:
    days = _DAYS.match(str(entry.attributes.get("proposed_first_response", "")))
    return Channel(
        code=entry.code,
        name_zh=entry.name_zh,
        name_en=entry.name_en,
        level=str(entry.attributes.get("level", "")),
        response_days=int(days[1]) if days else None,
        replies_upward=entry.attributes.get("proposed_reply_upward") == "yes",
    )
