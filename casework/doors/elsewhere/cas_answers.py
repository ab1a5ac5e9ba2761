"""Read what a CAS server says of a ticket, as a stranger's XML is read: no entity, no document type, little depth."""

from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from casework.doors.elsewhere.vouching import not_believed

_CAS = "http://www.yale.edu/tp/cas"
_SUCCESS = (f"{_CAS} serviceResponse", f"{_CAS} authenticationSuccess")
_FAILURE = (f"{_CAS} serviceResponse", f"{_CAS} authenticationFailure")
_USER = (*_SUCCESS, f"{_CAS} user")
_ATTRIBUTES = (*_SUCCESS, f"{_CAS} attributes")
DEEPEST, MOST = 8, 2000


@dataclass(frozen=True)
class Found:
    """The user of a ticket that the server knows, and what else it says of them."""

    user: str
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)


class _Unsafe(Exception):  # noqa: N818 - it names what was found
    """The answer holds what no answer needs."""


class _Reader:
    def __init__(self) -> None:
        self.path: list[str] = []
        self.seen: list[tuple[tuple[str, ...], str]] = []
        self.words: list[str] = []
        self.count = 0

    def begin(self, name: str, _attributes: object) -> None:
        self.count += 1
        if len(self.path) >= DEEPEST or self.count > MOST:
            raise _Unsafe
        self.path.append(name)
        self.words = []

    def end(self, _name: str) -> None:
        self.seen.append((tuple(self.path), "".join(self.words).strip()))
        self.path.pop()
        self.words = []

    def hear(self, words: str) -> None:
        self.words.append(words)

    def refuse(self, *_told: object) -> NoReturn:
        raise _Unsafe


def read(content: bytes) -> Found | None:
    """Return whom the server vouches for, None when it does not know the ticket; anything else is not believed."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.begin, reader.end
    parser.CharacterDataHandler = reader.hear
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = reader.refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat's word for the end
    except (expat.ExpatError, _Unsafe, ValueError) as fault:
        raise not_believed("answer") from fault
    users = [words for path, words in reader.seen if path == _USER]
    passed = sum(path == _SUCCESS for path, _ in reader.seen)
    failed = sum(path == _FAILURE for path, _ in reader.seen)
    if (passed, failed) == (0, 1):
        return None
    if (passed, failed, len(users)) != (1, 0, 1):
        raise not_believed("answer")
    attributes: dict[str, tuple[str, ...]] = {}
    for path, words in reader.seen:
        if path[:-1] == _ATTRIBUTES:
            name = path[-1].partition(" ")[2] or path[-1]
            attributes[name] = (*attributes.get(name, ()), words)
    return Found(users[0], attributes)
