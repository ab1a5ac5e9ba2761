"""Take in one mail of the report mailbox: as a new lead, as an addition to one, or as a mail that nobody could read.

The row in `mails_seen` is the claim and is written in the same transaction, so a
mail is taken once however many jobs look at it. What cannot become a lead stays
there with its reason, for people to look at the mail itself.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from casework import clock
from casework.config import Settings
from casework.db import db, insert_new
from casework.errors import N_, FileRefused, Invalid
from casework.leads.mail import Mail, MailUnreadable, read_mail
from casework.leads.models import Lead, MailSeen
from casework.operations.add_lead_file import add_lead_file
from casework.operations.import_leads import headline
from casework.operations.lead_steps import note_step
from casework.operations.reporter_adds import LONGEST as LONGEST_ADDITION
from casework.operations.reporter_adds import add_words
from casework.operations.take_lead import LONGEST_CONTENT, take_lead
from casework.people.models import Organisation
from casework.rounds.models import Round
from workflows.access import SYSTEM

CHANNELS = {"university": "UNIV_PHONE", "province": "PROV_MAIL", "ministry": "MOE_MAIL"}
"""By which channel a mail comes, by the kind of the body whose mailbox it is."""

AGAIN = N_("与已收取的一封邮件完全相同，没有重复登记。")
TOO_LARGE = N_("邮件过大，没有收取；请在邮箱中查看原邮件，需要时手工登记。")
_NO_TITLE, _NO_TEXT, _CUT = "（邮件无主题）", "（邮件没有正文，内容见附件。）", "……（以下略，全文见原邮件）"
_NUMBER = re.compile(r"(?<![A-Z0-9])[A-Z]{1,8}X\d{2}-\d{4,}(?!\d)")


@dataclass(frozen=True)
class Taken:
    """What became of a mail: the lead that it made or added to, or why it made none; `known`: taken before."""

    lead: Lead | None = None
    added: bool = False
    fault: str = ""
    known: bool = False


def take_mail(
    raw: bytes,
    *,
    mailbox: str,
    place: str,
    arrived_at: datetime,
    organisation: Organisation,
    round_: Round,
    channel: str,
    settings: Settings,
) -> Taken:
    """Take a mail in, once. Raises `Unavailable` while the virus scanner is away: then nothing of it is kept."""
    key = hashlib.sha256(raw).hexdigest()
    if not _claim(mailbox, key, place):
        return _note_again(mailbox, key, place)
    seen = db.session.scalars(select(MailSeen).filter_by(mailbox=mailbox, message_key=key)).one()
    try:
        mail = read_mail(raw)
    except MailUnreadable as fault:
        seen.fault = fault.message
        return Taken(fault=fault.message)
    lead = _addition(mail)
    added = lead is not None
    if lead is None:
        lead = _new_lead(mail, arrived_at, organisation=organisation, round_=round_, channel=channel)
    for file in mail.attached:
        _attach(lead, file.name, file.content, settings=settings)
    db.session.flush()  # the mail names its lead
    seen.lead_id = lead.id
    return Taken(lead, added)


def note_too_large(head: bytes, *, mailbox: str, place: str) -> Taken:
    """Write down, once, that a mail is too large to be fetched; it is known by its head and its place."""
    key = hashlib.sha256(head + place.encode()).hexdigest()
    if not _claim(mailbox, key, place, fault=TOO_LARGE):
        return Taken(known=True)
    return Taken(fault=TOO_LARGE)


def _claim(mailbox: str, key: str, place: str, *, fault: str = "") -> bool:
    return insert_new(
        MailSeen,
        keys=("mailbox", "message_key"),
        mailbox=mailbox,
        message_key=key,
        place=place,
        fault=fault,
        taken_at=clock.now(),
    )


def _note_again(mailbox: str, key: str, place: str) -> Taken:
    """Remember the place of a mail that is known: numbered anew by the server, or sent twice in the same bytes."""
    known = db.session.scalars(select(MailSeen).filter_by(mailbox=mailbox, message_key=key).with_for_update()).one()
    validity = place.partition(":")[0]
    if known.place == place or known.place.partition(":")[0] != validity:
        known.place = place
    else:
        _claim(mailbox, f"{key}@{place}", place, fault=AGAIN)
    return Taken(known=True)


def _addition(mail: Mail) -> Lead | None:
    """Return the lead to which this mail added words: one that its subject names, from the sender who reported it."""
    if not mail.address:
        return None
    for number in dict.fromkeys(_NUMBER.findall(mail.subject)):
        lead = db.session.scalars(
            select(Lead).filter_by(number=number).with_for_update(of=Lead).execution_options(populate_existing=True)
        ).one_or_none()
        if lead is None or (lead.reporter or {}).get("email", "").casefold() != mail.address.casefold():
            continue
        try:
            add_words(lead, words=_short(mail.fresh_text or _NO_TEXT, LONGEST_ADDITION))
        except Invalid:  # it has had so many additions that this one has to be a lead of its own
            continue
        return lead
    return None


def _new_lead(mail: Mail, arrived_at: datetime, *, organisation: Organisation, round_: Round, channel: str) -> Lead:
    reporter = {name: value for name, value in (("name", mail.name), ("email", mail.address)) if value}
    return take_lead(
        organisation=organisation,
        round=round_,
        channel=channel,
        received_at=min(arrived_at, clock.now()),
        title=headline(mail.subject or _NO_TITLE),
        content=_short(mail.text or _NO_TEXT, LONGEST_CONTENT),
        actor=SYSTEM,
        reporter=reporter or None,
        named=bool(mail.address),
    )


def _attach(lead: Lead, name: str, content: bytes, *, settings: Settings) -> None:
    """Keep a file, or write into the lead's story why it was not kept: the rest of the mail is kept all the same."""
    try:
        add_lead_file(lead, name=name, content=content, settings=settings)
    except (FileRefused, Invalid) as refusal:
        why = refusal.message % refusal.params if refusal.params else refusal.message
        note_step(lead, action="file_refused", actor=SYSTEM, words=f"{name}：{why}")


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - len(_CUT)] + _CUT
