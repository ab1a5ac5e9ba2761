"""One's own keys for programs, as they are read: everything but the secret, which is shown once, on the page."""

from marshmallow import fields

from casework.api.schemas.fields import Answer, Moment


class TokenOut(Answer):
    """A token; it opens something while `standing`."""

    ref = fields.String(required=True, metadata={"description": "the beginning of its hash; it opens nothing"})
    name = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    created_at = Moment(required=True)
    ends_at = Moment(required=True)
    used_at = Moment(allow_none=True, required=True)
    used_from = fields.String(required=True, metadata={"description": "a part of the network"})
    revoked_at = Moment(allow_none=True, required=True)
    standing = fields.Boolean(required=True)


class TokensOut(Answer):
    """One's own tokens, the newest first."""

    items = fields.List(fields.Nested(TokenOut), required=True)
    next = fields.String(allow_none=True, required=True)
