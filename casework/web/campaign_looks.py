"""What the pages of a campaign show of it: its texts with their faults, its waves with whom they can reach.

The same is shown of what is stored and of what stands unsaved in a form.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext
from markupsafe import Markup, escape

from casework.campaigns import texts
from casework.campaigns.facts import faults_in
from casework.campaigns.models import Campaign
from casework.campaigns.pauses import recognised
from casework.campaigns.plan import close_to_the_last
from casework.campaigns.text_checks import Fault
from casework.rounds.queries import table
from casework.web import campaign_words
from casework.web.wording import english, said

EXAMPLE = "https://example.edu.cn/c/XXXXXXXXXXXXXXXX"
"""As long as a graduate's own link is, so that the length is right."""


def previews(found: Campaign, given: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return texts as they would arrive, and what is wrong with them."""
    shown = [
        (
            channel,
            language,
            texts.preview(
                given[channel][language],
                channel=channel,
                link=EXAMPLE,
                on=found.stop_on,
                school=found.organisation.name,
                language=language,
            ),
        )
        for channel in found.channels
        for language in texts.LANGUAGES
        if given.get(channel, {}).get(language, "").strip()
    ]
    return {"previews": shown, "faults": faults_in(given, found), "w": campaign_words}


@dataclass(frozen=True)
class AtFields:
    """What is wrong, for the form's fields: `<channel>_<language>` → sentences, a line each."""

    fields: Mapping[str, Markup]


def at_fields(faults: Sequence[Fault]) -> AtFields:
    """Return the faults of texts by the field in which each stands, with the place that is meant."""
    lines: dict[str, list[Markup]] = {}
    for fault in faults:
        words = escape(said(fault.message, fault.params))
        if fault.excerpt:
            words += Markup(" ") + escape(gettext("“%(words)s”", words=fault.excerpt))
        lines.setdefault(f"{fault.channel}_{fault.language}", []).append(words)
    return AtFields({name: Markup("<br>").join(words) for name, words in lines.items()})


@dataclass(frozen=True)
class Start:
    """When a wave begins; `gap` is the whole hours since the one before, where that is too short to tell all again."""

    number: int
    at: datetime
    gap: int | None


def starts_of(moments: Iterable[datetime], *, first: int = 1, before: Iterable[datetime] = ()) -> list[Start]:
    """Return the waves to come in their order, numbered from `first`; `before` are the beginnings of earlier ones."""
    coming = sorted(moments)
    close = close_to_the_last([*before, *coming])
    return [
        Start(number, at, int(close[at].total_seconds() // 3600) if at in close else None)
        for number, at in enumerate(coming, start=first)
    ]


def close_waves(found: Campaign) -> dict[int, int]:
    """Return, by number, the waves that cannot tell all again, with the hours since the one before that spoke."""
    spoken = [wave for wave in found.waves if wave.state != "skipped"]
    close = close_to_the_last(wave.started_at or wave.starts_at for wave in spoken)
    gaps = {wave.number: close.get(wave.started_at or wave.starts_at) for wave in spoken}
    return {number: int(gap.total_seconds() // 3600) for number, gap in gaps.items() if gap is not None}


def degree_names(found: Campaign) -> dict[str, str]:
    """Return what the degree levels of a round are called, in the reader's language: code → name."""
    entries = table(found.round_id, "degree_level")
    return {code: (entry.name_en if english() else entry.name_zh) or code for code, entry in entries.items()}


def paused_because(found: Campaign) -> str:
    """Return why a campaign stands still, in the reader's language where the service itself has said it."""
    sentence, params = recognised(found.paused_because)
    return said(sentence, params) if sentence else found.paused_because
