"""What the service itself may refuse, in classes that know no HTTP.

Every error carries a code for programs and a Chinese sentence, marked for
translation, for people. Entrances map the classes to their own language:
one file in `doors` turns them into statuses and problem details.
"""

from collections.abc import Mapping


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a marked string
    """Mark a sentence for the translation catalogue and return it unchanged."""
    return message


class CaseworkError(Exception):
    """Base of every refusal of the service: `code`, `message` with `%(name)s` places, and `params`."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, params: Mapping[str, object] | None = None) -> None:
        self.message = message
        self.code = code or type(self).code
        self.params = dict(params or {})
        super().__init__(message % self.params)


class NotFound(CaseworkError):  # noqa: N818 - the word users of the API know
    """There is no such thing, or it lies outside what this person may see: the two are indistinguishable."""

    code = "not_found"


class Forbidden(CaseworkError):  # noqa: N818
    """The person sees the thing but may not do this with it."""

    code = "forbidden"


class Invalid(CaseworkError):  # noqa: N818
    """What was sent is not well formed; `fields` names each place and its sentence."""

    code = "invalid"

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None, **rest: object) -> None:
        self.fields = dict(fields or {})
        super().__init__(message, **rest)  # type: ignore[arg-type]


class Conflict(CaseworkError):  # noqa: N818
    """The rules or the present facts say no."""

    code = "conflict"


class Stopped(Conflict):
    """Somebody asked the work to end; nothing of it is kept, and nothing has gone wrong."""

    code = "stopped"


class Stale(CaseworkError):  # noqa: N818
    """Somebody changed the thing since it was read; `current` and `sent` show both."""

    code = "stale"

    def __init__(self, message: str, *, current: object = None, sent: object = None, **rest: object) -> None:
        self.current, self.sent = current, sent
        super().__init__(message, **rest)  # type: ignore[arg-type]


class FileRefused(Invalid):
    """A file cannot be taken at all; nothing of it was stored."""

    code = "file_refused"


class Unavailable(CaseworkError):  # noqa: N818
    """Something that the service needs (a folder, a database, a version) is not there or not right."""

    code = "unavailable"
