"""Take in one mail of the report mailbox: as a new lead, as an addition to one, or as a mail that nobody could read.

The row in `mails_seen` is the claim and is written in the same transaction, so a
mail is taken once however many jobs look at it. What cannot become a lead stays
there with its reason, for people to look at the mail itself. A mail is opened
before that transaction: to scan and to clean its files takes long.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from casework import clock
from casework.config import Settings
from casework.db import db, insert_new
from casework.errors import N_, Invalid
from casework.leads.mail import Mail, MailUnreadable, read_mail
from casework.leads.models import Lead, MailSeen
from casework.leads.queries import lock_with_survivor
from casework.operations.add_lead_file import LARGEST_OF_LEAD, MOST, Cleaned, add_lead_file, clean, refuse_too_many
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
UNEXPECTED = N_("登记这封邮件时系统出错，没有登记为线索；请在邮箱中查看原邮件，需要时手工登记。")
_NO_TITLE, _NO_TEXT, _CUT = "（邮件无主题）", "（邮件没有正文，内容见附件。）", "……（以下略，全文见原邮件）"
_NUMBER = re.compile(r"(?<![A-Z0-9])[A-Z]{1,8}X\d{2}-\d{4,}(?!\d)")


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A mail taken apart, its files cleaned, with why others are not kept; of one that is known, its key alone."""

    key: str
    mail: Mail | None = None
    fault: str = ""
    files: tuple[Cleaned, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taken:
    """What became of a mail: the lead that it made or added to, or why it made none; `known`: taken before."""

    lead: Lead | None = None
    added: bool = False
    fault: str = ""
    known: bool = False


def open_mail(raw: bytes, *, mailbox: str, settings: Settings) -> Opened:
    """Take a mail apart and clean its files; nothing is written. Raises `Unavailable` while the scanner is away."""
    key = _key(raw)
    if db.session.scalar(select(MailSeen.id).filter_by(mailbox=mailbox, message_key=key)) is not None:
        return Opened(key=key)
    try:
        mail = read_mail(raw)
    except MailUnreadable as fault:
        return Opened(key=key, fault=fault.message)
    files: list[Cleaned] = []
    refused: list[str] = []
    for file in mail.attached:
        try:
            sizes = [len(each.content) for each in files]
            refuse_too_many(sizes, len(file.content), most=MOST, largest=LARGEST_OF_LEAD)
            files.append(clean(name=file.name, content=file.content, settings=settings))
        except Invalid as refusal:
            refused.append(_why_not(file.name, refusal))
    return Opened(key=key, mail=mail, files=tuple(files), refused=tuple(refused))


def take_mail(
    opened: Opened,
    *,
    mailbox: str,
    place: str,
    arrived_at: datetime,
    organisation: Organisation,
    round_: Round,
    channel: str,
    settings: Settings,
) -> Taken:
    """Take a mail in, once."""
    if not _claim(mailbox, opened.key, place):
        return _note_again(mailbox, opened.key, place)
    seen = db.session.scalars(select(MailSeen).filter_by(mailbox=mailbox, message_key=opened.key)).one()
    mail = opened.mail
    if mail is None:
        seen.fault = opened.fault
        return Taken(fault=opened.fault)
    lead = _addition(mail)
    added = lead is not None
    if lead is None:
        lead = _new_lead(mail, arrived_at, organisation=organisation, round_=round_, channel=channel)
    for file in opened.files:
        _attach(lead, file, settings=settings)
    for why in opened.refused:
        _note_refused(lead, why)
    db.session.flush()  # the mail names its lead
    seen.lead_id = lead.id
    return Taken(lead, added)


def note_too_large(head: bytes, *, mailbox: str, place: str) -> Taken:
    """Write down, once, that a mail is too large to be fetched; it is known by its head and its place."""
    key = hashlib.sha256(head + place.encode()).hexdigest()
    if not _claim(mailbox, key, place, fault=TOO_LARGE):
        return Taken(known=True)
    return Taken(fault=TOO_LARGE)


def note_unexpected(raw: bytes, *, mailbox: str, place: str) -> Taken:
    """Write down, once, that nobody knows why a mail could not be taken, so that it stops no other for good."""
    if not _claim(mailbox, _key(raw), place, fault=UNEXPECTED):
        return Taken(known=True)
    return Taken(fault=UNEXPECTED)


def _key(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


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
        lead = db.session.scalars(select(Lead).filter_by(number=number)).one_or_none()
        if lead is None or (lead.reporter or {}).get("email", "").casefold() != mail.address.casefold():
            continue
        lead = lock_with_survivor(lead)
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


def _attach(lead: Lead, file: Cleaned, *, settings: Settings) -> None:
    """Keep a file, or write into the lead's story why it was not kept: the rest of the mail is kept all the same."""
    try:
        add_lead_file(lead, file, settings=settings)
    except Invalid as refusal:
        _note_refused(lead, _why_not(file.name, refusal))


def _note_refused(lead: Lead, why: str) -> None:
    note_step(lead, action="file_refused", actor=SYSTEM, words=why)


def _why_not(name: str, refusal: Invalid) -> str:
    return f"{name}：{refusal.message % refusal.params if refusal.params else refusal.message}"


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - len(_CUT)] + _CUT
