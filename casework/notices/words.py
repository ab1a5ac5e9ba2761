"""From a stored message to its text: the kind's own parameters, and the link that only this installation knows."""

from collections.abc import Mapping

import notifications.compose as texts
from casework.campaigns.models import Campaign
from casework.notices import unsubscribe
from casework.notices.campaign_words import ABOUT_CAMPAIGNS, CAMPAIGN, HIDDEN, campaign_text, link_of, tried
from casework.notices.facts import Facts, facts_of
from casework.notices.gathering import GATHERED
from casework.notices.graduates import Graduate
from casework.notices.identity_words import with_code
from casework.notices.invitation_words import with_link
from casework.notices.models import Message
from casework.notices.ways import where_to
from casework.people.models import Person
from notifications.errors import ComposeRefused
from notifications.kinds import ESCALATION, KINDS
from notifications.message import Message as Letter
from notifications.message import Text

LINK = "link"
HEADS = "heads"
STAND_IN_NAMED, TIE_RECORDED = "stand_in_named", "tie_recorded"
SIGN_IN_CHANGED = "sign_in_changed"
ON_PAGES = {
    "press": "/queue",
    "work_behind": "/overdue",
    GATHERED: "/queue",
    STAND_IN_NAMED: "/me/notices",
    "reading_question": "/journal/questions",
    TIE_RECORDED: "/me/ties",
    SIGN_IN_CHANGED: "/me/factors",
    "token_ending": "/me/tokens",
    "work_handed_over": "/queue",
}
LATE_LEADS = frozenset({"lead_escalated", "lead_orphaned"})
"""Said to people above, who see how much is late and not what it says."""
MAIL = "smtp"
STANDING_IN = "standing_in"
"""The parameter of a row that is read by a stand-in: every kind of message may be."""
ABOUT_THE_SERVICE = frozenset({"alarm", "alarm_ended", "canary"})


def letter(message: Message, *, base_url: str, facts: Facts | None = None) -> Letter:
    """Return what leaves the house; raises `ComposeRefused` when the row does not hold what its kind asks for.

    `facts` are those of its batch; what concerns a graduate is asked for otherwise.
    """
    reader, campaign = _known(message, facts)
    return texts.addressed(
        _text(message, reader, campaign, base_url=base_url),
        kind=message.kind,
        language=_language(message, reader),
        ref=message.ref,
        recipient=where_to(message, reader),
        unsubscribe=_unsubscribe(message, reader, base_url),
    )


def text(message: Message, *, base_url: str) -> Text:
    """Return what its reader reads, without what only they may know.

    A row that cannot be worded shows its kind's name and its link.
    """
    try:
        return _text(message, *_known(message, None), base_url=base_url, hidden=True)
    except ComposeRefused:
        label = KINDS[message.kind].label if message.kind in KINDS else message.kind
        link = base_url + path_of(message)
        return Text(label, link + "\n", (link,))


def _text(
    message: Message, reader: Person | Graduate, campaign: Campaign | None, *, base_url: str, hidden: bool = False
) -> Text:
    language = _language(message, reader)
    if campaign is not None:
        mine = isinstance(reader, Graduate) and not hidden
        link = link_of(message, base_url=base_url) if mine else base_url + HIDDEN
        school = reader.school if isinstance(reader, Graduate) else campaign.organisation.name
        return campaign_text(message, campaign=campaign, school=school, language=language, link=link)
    return texts.render(
        message.kind,
        language=language,
        params=_secret(message, _params(message, base_url), base_url=base_url, hidden=hidden),
        standing_in=bool(message.params.get(STANDING_IN)),
    )


def _secret(message: Message, params: Mapping[str, object], *, base_url: str, hidden: bool) -> Mapping[str, object]:
    """Put in what stands in no row: a code, a link that opens something; or stars, for whoever may not know it."""
    return with_link(message, with_code(message, params, hidden=hidden), base_url=base_url, hidden=hidden)


def _known(message: Message, facts: Facts | None) -> tuple[Person | Graduate, Campaign | None]:
    """Return who reads it, and the campaign that speaks, or that an account tries out on itself."""
    if message.person is not None:
        return message.person, tried(message)
    known = facts or facts_of([message])
    return known.graduates[message.record_id or 0], known.campaigns.get(message.wave_id or 0)


def path_of(message: Message) -> str:
    """Return the page on which the reader finds what the message is about."""
    if message.case_id is not None:
        return f"/cases/{message.params.get('case', '')}"
    if message.report_id is not None:
        return f"/reports/{message.params.get('report', '')}"
    if message.lead_id is not None:
        return "/overdue" if message.kind in LATE_LEADS else f"/leads/{message.params.get('lead', '')}"
    if message.kind in ABOUT_CAMPAIGNS:
        return f"/campaigns/{message.params.get(CAMPAIGN, '')}"
    return "/admin/jobs" if message.kind in ABOUT_THE_SERVICE else ON_PAGES.get(message.kind, "/")


def _unsubscribe(message: Message, reader: Person | Graduate, base_url: str) -> str:
    """Return where the reader of a mail ends such mails; escalations cannot be ended."""
    if message.channel != MAIL or message.class_ == ESCALATION:
        return ""
    return base_url + unsubscribe.path_for(reader)


def _language(message: Message, reader: Person | Graduate) -> str:
    """Return the reader's language; what a message to a graduate names comes before what they chose once."""
    wanted = (message.params.get("language") if isinstance(reader, Graduate) else "") or reader.language
    return wanted if wanted in texts.LANGUAGES else texts.LANGUAGES[0]


def _params(message: Message, base_url: str) -> Mapping[str, object]:
    asked = KINDS[message.kind].parameters if message.kind in KINDS else frozenset()
    held = {name: value for name, value in message.params.items() if name in asked}
    if HEADS in asked:  # a digest of the day on which they were added tells none
        held.setdefault(HEADS, [])
    return held | ({LINK: base_url + path_of(message)} if LINK in asked else {})
