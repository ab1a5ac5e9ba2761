"""What may go wrong on the way out, named by what the sender should do next."""

from enum import StrEnum


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a marked string
    """Mark a sentence for the translation catalogue and return it unchanged."""
    return message


class ErrorClass(StrEnum):
    """Why a message was not accepted; the class alone decides what happens next."""

    THROTTLED = "throttled"  # slow down, then send again
    TRANSIENT = "transient"  # surely not accepted: send again after the backoff
    IN_DOUBT = "in_doubt"  # perhaps accepted: ask the provider, do not send again
    RECIPIENT = "recipient"  # this address cannot receive: mark it, try the next channel
    TEMPLATE = "template"  # the text is refused: pause the campaign
    ACCOUNT = "account"  # our own access is refused: hold the provider, call the operator
    BUG = "bug"  # the software is at fault: set the message aside for a human

    @property
    def may_be_sent_again(self) -> bool:
        """Say whether the same row may be tried again without asking anybody."""
        return self in {ErrorClass.THROTTLED, ErrorClass.TRANSIENT}


class NotificationError(Exception):
    """Base of everything that this package raises; `error_class` says what to do about it."""

    error_class = ErrorClass.BUG


class ComposeRefused(NotificationError):  # noqa: N818 - it names what happened, not a fault
    """A message was asked for that may not be written: unknown kind, language or parameter, or personal data."""

    error_class = ErrorClass.TEMPLATE


class ChannelMisconfigured(NotificationError):  # noqa: N818 - it names what happened, not a fault
    """A channel's settings are missing or contradict each other."""

    error_class = ErrorClass.ACCOUNT


class CannotBeAsked(NotificationError):  # noqa: N818 - it names what happened, not a fault
    """This channel keeps no log that we could ask; what is in doubt stays in doubt."""

    error_class = ErrorClass.IN_DOUBT


class NotYetKnown(NotificationError):  # noqa: N818 - it names what happened, not a fault
    """The provider could not say yet what it holds; what is in doubt stays so until it is asked again."""

    error_class = ErrorClass.IN_DOUBT
