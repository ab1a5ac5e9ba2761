"""What may go wrong on the way out, named by what the sender should do next."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a marked string
    """Mark a sentence for the translation catalogue and return it unchanged."""
    return message


class NotificationError(Exception):
    """Base of everything that this package raises."""
