"""From a stored message to its text: the kind's own parameters, and the link that only this installation knows."""

from collections.abc import Mapping

import notifications.compose as texts
from casework.notices import unsubscribe
from casework.notices.gathering import GATHERED
from casework.notices.graduates import Graduate, reader_of
from casework.notices.models import Message
from casework.notices.ways import address_of
from casework.people.models import Person
from notifications.errors import ComposeRefused
from notifications.kinds import ESCALATION, KINDS
from notifications.message import Message as Letter
from notifications.message import Text

LINK = "link"
ON_PAGES = {"press": "/queue", "work_behind": "/overdue"}
MAIL = "smtp"
STANDING_IN = "standing_in"
"""The parameter of a row that is read by a stand-in: every kind of message may be."""
STAND_IN_NAMED = "stand_in_named"
ABOUT_THE_SERVICE = frozenset({"alarm", "alarm_ended", "canary"})


def letter(message: Message, *, base_url: str, reader: Person | Graduate | None = None) -> Letter:
    """Return what leaves the house; raises `ComposeRefused` when the row does not hold what its kind asks for.

    `reader` is who reads it, where that is known; it is asked otherwise.
    """
    known = reader or reader_of(message)
    return texts.compose(
        message.kind,
        language=_language(message),
        params=_params(message, base_url),
        ref=message.ref,
        recipient=address_of(known, channel=message.channel),
        standing_in=bool(message.params.get(STANDING_IN)),
        unsubscribe=_unsubscribe(message, known, base_url),
    )


def text(message: Message, *, base_url: str) -> Text:
    """Return what the person reads in the inbox; a row that cannot be worded shows its kind's name and its link."""
    try:
        return texts.render(
            message.kind,
            language=_language(message),
            params=_params(message, base_url),
            standing_in=bool(message.params.get(STANDING_IN)),
        )
    except ComposeRefused:
        label = KINDS[message.kind].label if message.kind in KINDS else message.kind
        link = base_url + path_of(message)
        return Text(label, link + "\n", (link,))


def path_of(message: Message) -> str:
    """Return the page on which the reader finds what the message is about."""
    if message.case_id is not None:
        return f"/cases/{message.params.get('case', '')}"
    if message.report_id is not None:
        return f"/reports/{message.params.get('report', '')}"
    if message.kind == GATHERED:
        return "/queue"
    if message.kind == STAND_IN_NAMED:
        return "/me/notices"
    return "/admin/jobs" if message.kind in ABOUT_THE_SERVICE else ON_PAGES.get(message.kind, "/")


def _unsubscribe(message: Message, reader: Person | Graduate, base_url: str) -> str:
    """Return where the reader of a mail ends such mails; escalations cannot be ended."""
    if message.channel != MAIL or message.class_ == ESCALATION:
        return ""
    return base_url + unsubscribe.path_for(reader)


def _language(message: Message) -> str:
    """Return the account's language, or the one that a message to a graduate names."""
    wanted = message.person.language if message.person else message.params.get("language")
    return wanted if wanted in texts.LANGUAGES else texts.LANGUAGES[0]


def _params(message: Message, base_url: str) -> Mapping[str, object]:
    asked = KINDS[message.kind].parameters if message.kind in KINDS else frozenset()
    held = {name: value for name, value in message.params.items() if name in asked}
    return held | ({LINK: base_url + path_of(message)} if LINK in asked else {})
