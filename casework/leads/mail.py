"""A mail as a report: who sent it, what it says, what is attached; nothing of it is trusted.

Real mailboxes hold what no standard allows: text in another encoding than it
names, headers in bare bytes, HTML alone, mails inside of mails. What a person
could read is read; what cannot be taken apart is refused with a sentence, and the
mail itself stays where it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import errors, message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr
from html.parser import HTMLParser

from casework.errors import N_, CaseworkError

DEEPEST = 3  # mails inside of mails
MOST_PARTS = 200
UNREADABLE = N_("邮件的结构无法识别，没有登记为线索；请在邮箱中查看原邮件，需要时手工登记。")
EMPTY = N_("邮件没有主题、正文和附件，没有登记为线索；请在邮箱中查看原邮件。")
AUTOMATIC = N_("这是自动回复或退信，没有登记为线索；如有误判，请在邮箱中查看原邮件并手工登记。")

_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "us-ascii": "utf-8", "ascii": "utf-8"}
_BLOCKS = frozenset(  # elements that begin a line
    "address article blockquote br div h1 h2 h3 h4 h5 h6 hr li ol p pre section table tr ul".split()  # noqa: SIM905 - names read better as words
)
_UNSEEN = frozenset({"script", "style", "head", "title", "template"})
_LINES = re.compile(r"\n{3,}")
_BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")
_QUOTED = re.compile(
    r"^(-{2,} ?(原始邮件|Original Message|转发邮件信息) ?-{2,}|(On |在|于).{1,200}(wrote|写道)\s*[:：])\s*$"
)


class MailUnreadable(CaseworkError):  # noqa: N818 - it names what happened
    """A mail that cannot become a lead; the message says why and what to do."""

    code = "mail_unreadable"


@dataclass(frozen=True, kw_only=True)
class Attached:
    """One file of a mail, as it came."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What a mail says; `address` is empty where the sender cannot be answered."""

    name: str
    address: str
    subject: str
    text: str
    attached: tuple[Attached, ...]

    @property
    def fresh_text(self) -> str:
        """Return what was written above the mail that it answers; the whole text where nothing is quoted."""
        lines: list[str] = []
        for line in self.text.splitlines():
            if _QUOTED.match(line.strip()):
                break
            if not line.startswith(">"):
                lines.append(line)
        return "\n".join(lines).strip() or self.text


def read_mail(raw: bytes) -> Mail:
    """Take a mail apart; `MailUnreadable` for what is none, is empty, or was written by a machine."""
    try:
        message = message_from_bytes(raw, policy=policy.default)
        if _is_automatic(message):
            raise MailUnreadable(AUTOMATIC, code="mail_automatic")
        name, address = _sender(message)
        subject = _header(message, "Subject")
        texts, attached = _content(message, depth=0)
    # What the standard library raises over broken headers and bodies has no common class.
    except (
        errors.MessageError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        RecursionError,
    ) as fault:
        raise MailUnreadable(UNREADABLE) from fault
    text = _LINES.sub("\n\n", "\n\n".join(part for part in texts if part)).strip()
    if not (subject or text or attached):
        raise MailUnreadable(EMPTY, code="mail_empty")
    return Mail(name=name, address=address, subject=subject, text=text, attached=tuple(attached))


def _is_automatic(message: Message) -> bool:
    said = str(message.get("Auto-Submitted", "no")).strip().casefold()
    return not said.startswith("no") or message.get_content_type() == "multipart/report"


def _sender(message: Message) -> tuple[str, str]:
    name, address = parseaddr(_header(message, "From"))
    return (name.strip(), address.strip()) if "@" in address else (name.strip() or address.strip(), "")


def _header(message: Message, name: str) -> str:
    """Return a header on one line; bytes that no header may hold are read as the text that they are."""
    bare = next((str(value) for key, value in message.raw_items() if key.casefold() == name.casefold()), "")
    text = str(message.get(name, "")) if bare.isascii() else _decoded(bare.encode("utf-8", "surrogateescape"), "")
    return _clean(" ".join(text.split()))


def _content(message: Message, *, depth: int) -> tuple[list[str], list[Attached]]:
    texts: list[str] = []
    attached: list[Attached] = []
    body = message.get_body(("plain", "html")) if isinstance(message, EmailMessage) else None
    if body is not None:
        texts.append(_text(body))
    parts = [part for part in _leaves(message) if part is not body and not _is_other_body(part, body)]
    for number, part in enumerate(parts[:MOST_PARTS], 1):
        if part.get_content_type() == "message/rfc822" and depth < DEEPEST:
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message):
                more, files = _content(inner[0], depth=depth + 1)
                texts += [f"【转来的邮件】{_header(inner[0], 'Subject')}", *more]
                attached += files
                continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            attached.append(Attached(name=_file_name(part, number), content=content))
    return texts, attached


def _leaves(message: Message) -> Iterator[Message]:
    """Give the parts that hold content; a mail inside of this one is one part."""
    if message.get_content_type() == "message/rfc822" or not message.is_multipart():
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from _leaves(part)


def _is_other_body(part: Message, body: Message | None) -> bool:
    """Say whether this is the same text once more, as HTML: no name, no disposition, and another body was read."""
    nameless = part.get_content_disposition() is None and not part.get_filename()
    return body is not None and nameless and part.get_content_type() in {"text/html", "text/plain"}


def _file_name(part: Message, number: int) -> str:
    name = " ".join(str(part.get_filename() or "").split())
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        name = _decoded(name.encode("utf-8", "surrogateescape"), "")
    return _clean(name) or f"attachment-{number}"


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    text = _decoded(payload if isinstance(payload, bytes) else b"", part.get_content_charset() or "")
    if part.get_content_type() == "text/html":
        text = html_text(text)
    return _clean(text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _decoded(payload: bytes, charset: str) -> str:
    named = _WIDER.get(charset.casefold(), charset)
    for candidate in (named, "utf-8", "gb18030"):
        try:
            return payload.decode(candidate or "utf-8")
        except (UnicodeError, LookupError):
            continue
    return payload.decode("utf-8", "replace")


def _clean(text: str) -> str:
    return "".join(letter for letter in text if letter in "\n\t" or (letter >= " " and not _is_control(letter)))


def _is_control(letter: str) -> bool:
    return "\x7f" <= letter <= "\x9f" or "\ud800" <= letter <= "\udfff"


def html_text(html: str) -> str:
    """Return what a reader of an HTML mail sees, a line a block."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (_BLANKS.sub(" ", line).strip() for line in "".join(reader.found).splitlines())
    return _LINES.sub("\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collects the text of a page; what no reader sees is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - HTMLParser's own
        """Begin a line at a block, and go blind at what is not shown."""
        if tag in _UNSEEN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """See again, and end a block's line."""
        if tag in _UNSEEN:
            self._hidden = max(self._hidden - 1, 0)
        elif tag in _BLOCKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep a text that is shown; its own line breaks are blanks."""
        if not self._hidden:
            self.found.append(" ".join(data.split("\n")))
