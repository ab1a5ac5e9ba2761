"""Let whoever holds the receipt add words to their report or answer what they were asked.

What they add reaches the officer who has the lead; a lead that was closed is
opened again by it, because nobody else could ask for that in their name. Of a
merged lead it is the one that goes on which is opened, and its officer who hears.
"""

import hashlib

from casework import clock
from casework.config import Settings
from casework.errors import N_, Invalid
from casework.leads.models import Lead, LeadFile, LeadTalk
from casework.leads.queries import ADDITION, ANSWER, QUESTION
from casework.operations.add_lead_file import Cleaned, add_lead_file
from casework.operations.announce import announce
from casework.operations.lead_steps import note_step
from casework.operations.move_lead import move_lead
from workflows.access import SYSTEM
from workflows.lead import LeadState

LONGEST = 2000
MOST = 200
_CLOSED = (LeadState.ANSWERED, LeadState.DECLINED)


def add_words(lead: Lead, *, words: str) -> LeadTalk:
    """Return what the reporter added; the very words that they sent last are not added again.

    Raises `Invalid` when nothing or too much was written.
    """
    words = words.strip()
    if not words or len(words) > LONGEST:
        raise Invalid(
            N_("请写下要补充的内容，不超过%(most)d字。没有提交。"),
            fields={"words": N_("请写1至%(most)d字。")},
            params={"most": LONGEST},
        )
    said = [talk for talk in lead.talks if talk.kind == ADDITION]
    if said and said[-1].words == words:
        return said[-1]
    if len(said) >= MOST:
        raise Invalid(N_("补充的次数太多，没有提交。请等待办理人员答复。"), fields={"words": N_("请稍后再补充。")})
    added = LeadTalk(kind=ADDITION, words=words)
    lead.talks.append(added)
    note_step(lead, action="addition", actor=SYSTEM, words=words)
    _pass_on(lead)
    return added


def add_file(lead: Lead, cleaned: Cleaned, *, settings: Settings) -> LeadFile:
    """Return the file that the reporter added; refusals are those of `add_lead_file`.

    What they have handed in before is kept once, and nobody is told of it again.
    """
    sha256 = hashlib.sha256(cleaned.content).hexdigest()
    known = next((row for row in lead.files if row.from_reporter and row.file.sha256 == sha256), None)
    if known is not None:
        return known
    added = add_lead_file(lead, cleaned, settings=settings)
    _pass_on(lead)
    return added


def note_read(lead: Lead) -> None:
    """Remember that the reporter has seen what was asked and answered, so that nobody has to guess it."""
    for talk in unread(lead):
        talk.read_at = clock.now()


def unread(lead: Lead) -> list[LeadTalk]:
    """Return what the reporter was asked and told and has not seen."""
    return [talk for talk in lead.talks if talk.kind in {QUESTION, ANSWER} and talk.read_at is None]


def _pass_on(lead: Lead) -> None:
    """Open a closed lead again, and tell its officer, once until they have read what was added."""
    standing = lead.same_as if lead.state == LeadState.MERGED and lead.same_as is not None else lead
    if standing.state in _CLOSED:
        move_lead(standing, "reopen", actor=SYSTEM, event=ADDITION)
    seen = sum(talk.read_at is not None for talk in lead.talks if talk.kind == ADDITION)
    announce(
        "lead_added",
        to=[standing.officer],
        subject=standing,
        params={"lead": standing.number},
        dedup=f"lead:{lead.id}:added:{seen}:{clock.today()}",
    )
