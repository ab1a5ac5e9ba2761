"""From a kind and its parameters to a text: templates, filled and checked.

Each template is one file, `templates/<language>/<kind>.txt`: the subject, an empty
line, the body. Its fields are exactly the parameters of its kind, so a template
cannot ask for what a kind does not give, and a caller cannot pass what no
template shows.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Formatter

from notifications.errors import ComposeRefused
from notifications.kinds import KINDS
from notifications.message import Message, Text
from notifications.parameters import worded
from notifications.wording import WORDINGS

LANGUAGES = tuple(WORDINGS)

_HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def compose(
    kind: str,
    *,
    language: str,
    params: Mapping[str, object],
    ref: str,
    recipient: str,
    standing_in: bool = False,
    unsubscribe: str = "",
) -> Message:
    """Return the finished message for one address; raise `ComposeRefused` as `render` does.

    `unsubscribe` is the address at which the reader ends messages of this class, where they may.
    """
    text = render(kind, language=language, params=params, standing_in=standing_in)
    return addressed(text, kind=kind, language=language, ref=ref, recipient=recipient, unsubscribe=unsubscribe)


def addressed(text: Text, *, kind: str, language: str, ref: str, recipient: str, unsubscribe: str = "") -> Message:
    """Return the finished message whose text is there already."""
    headers = {**_HEADERS, **unsubscribing(unsubscribe)}
    return Message(ref, kind, language, recipient, text.subject, text.body, text.links, headers, text.words)


def unsubscribing(link: str) -> Mapping[str, str]:
    """Return the headers by which a mail program ends a subscription (RFC 2369), by one click over HTTPS (RFC 8058)."""
    if not link:
        return {}
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if link.startswith("https://") else {}
    return {"List-Unsubscribe": f"<{link}>"} | one_click


def render(kind: str, *, language: str, params: Mapping[str, object], standing_in: bool = False) -> Text:
    """Return subject, body and links of a kind in one language; `standing_in` says first whose place the reader takes.

    Raises `ComposeRefused` for an unknown kind or language, for a missing or an
    additional parameter, and for a value that a message may not hold.
    """
    if kind not in KINDS:
        raise ComposeRefused(f"There is no kind of message named {kind!r}.")
    if language not in WORDINGS:
        raise ComposeRefused(f"There are no templates in the language {language!r}.")
    expected = KINDS[kind].parameters
    if params.keys() != expected:
        missing, additional = sorted(expected - params.keys()), sorted(params.keys() - expected)
        raise ComposeRefused(f"A message of kind {kind!r} lacks {missing} and may not hold {additional}.")
    words = {name: worded(name, value, WORDINGS[language]) for name, value in params.items()}
    subject, _, body = template(kind, language).partition("\n")
    links = tuple(words[name] for name in ("link",) if name in words)
    subject, body = subject.format_map(words), body.strip("\n").format_map(words) + "\n"
    if standing_in:
        wording = WORDINGS[language]
        subject, body = wording.standing_in_subject.format(subject=subject), f"{wording.standing_in}\n\n{body}"
    return Text(subject, body, links, words)


def subject_of(kind: str, language: str) -> str:
    """Return the subject of a kind whose subject has no fields."""
    return template(kind, language).partition("\n")[0]


@cache
def template(kind: str, language: str) -> str:
    """Return the raw template of a kind; read once."""
    return resources.files("notifications").joinpath("templates", language, f"{kind}.txt").read_text("utf-8")


def fields_of(text: str) -> frozenset[str]:
    """Return the names of the fields that a template asks for, as they are written."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
