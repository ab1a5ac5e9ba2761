"""A message, ready to leave: everything is decided, nothing is looked up any more."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Text:
    """What a reader sees: a subject of one line, a body, the links in it, and the words that filled it."""

    subject: str
    body: str
    links: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """One text for one address.

    `ref` is the id of the row that it was made from: it never changes between
    attempts, so the same matter keeps the same Message-ID. `words` are the kind's
    parameters as they stand in the text, for carriers that only fill templates.
    """

    ref: str
    kind: str
    language: str
    recipient: str
    subject: str
    body: str
    links: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
