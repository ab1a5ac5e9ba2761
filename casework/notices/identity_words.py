"""What a message with an identity code holds on its way out: the digits, which stand in no row and no page."""

from collections.abc import Mapping

from casework.campaigns.identity import HIDDEN, code_of
from casework.notices.models import Message

KIND = "identity_code"


def with_code(message: Message, params: Mapping[str, object], *, hidden: bool) -> Mapping[str, object]:
    """Return the parameters of a message with the digits put in, or stars for whoever looks at it afterwards."""
    named = message.params.get("code")
    if message.kind != KIND or not isinstance(named, int):
        return params
    return {**params, "code": HIDDEN if hidden else code_of(named)}
