"""The words of a campaign: its approved text, filled for one graduate on the way out and stored nowhere.

The link is a way to answer in the graduate's name, so it stands in the letter
alone: whoever looks at the text afterwards sees where it led, and not the link.
"""

from sqlalchemy import select

from casework.campaigns import texts
from casework.campaigns.models import Campaign
from casework.campaigns.tokens import path_for, token_of
from casework.db import db
from casework.notices.graduates import sort_of
from casework.notices.models import Message
from notifications.compose import subject_of
from notifications.errors import ComposeRefused
from notifications.message import Text

HIDDEN = path_for("····")
CAMPAIGN = "campaign"
"""The parameter of a row that names the campaign: what it is about, or whose words an account wants to see."""
SINCE = "since"
"""The parameter that says since when it stands where the message says that it stands."""
ABOUT_CAMPAIGNS = frozenset({"campaign_to_approve", "campaign_paused"})
"""Kinds that tell an account about a campaign; `CAMPAIGN` and `SINCE` say about which."""


def link_of(message: Message, *, base_url: str) -> str:
    """Return the graduate's own way to the pre-check page from this message."""
    return base_url + path_for(token_of(message.wave_id or 0, message.record_id or 0))


def tried(message: Message) -> Campaign | None:
    """Return the campaign that an account tries out on itself by this message, if it is such a one."""
    ref = message.params.get(CAMPAIGN) if message.kind not in ABOUT_CAMPAIGNS else None
    return db.session.scalars(select(Campaign).filter_by(ref=ref)).one_or_none() if ref else None


def campaign_text(message: Message, *, campaign: Campaign, school: str, language: str, link: str) -> Text:
    """Return the text of a campaign for one reader; raises `ComposeRefused` where it has none.

    A reader whose language has no text gets the Chinese one.
    """
    spoken = campaign.texts.get(sort_of(message.channel, message.params), {})
    chosen = language if spoken.get(language) else texts.ZH
    words = spoken.get(chosen, "")
    if not words.strip():
        raise ComposeRefused(f"The campaign has no text for {message.channel!r}.")
    on = campaign.stop_on
    body = texts.render(words, link=link, on=on, school=school, language=chosen)
    said = {"link": link, "on": texts.said_day(on, chosen), "school": school}
    return Text(subject_of(message.kind, chosen), body + "\n", (link,), said)
