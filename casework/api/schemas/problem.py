"""Problem details (RFC 9457), the one shape of every error."""

from marshmallow import fields

from casework.api.schemas.fields import Answer


class Reason(Answer):
    """One reason why a step may not be taken."""

    code = fields.String(required=True)
    detail = fields.String(required=True)


class Problem(Answer):
    """What went wrong: a code for programs, a sentence for people."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    fields_ = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        data_key="fields",
        metadata={"description": "422: each faulty place with its sentence"},
    )
    reasons = fields.List(fields.Nested(Reason), metadata={"description": "409: every reason of the rules"})
    current = fields.Raw(metadata={"description": "412: what is there now"})
    sent = fields.Raw(metadata={"description": "412: what was sent"})
    number = fields.String(metadata={"description": "500: what to tell the administrator"})
