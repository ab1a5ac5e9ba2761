"""The state of the machinery: alarms, tasks, jobs, processes, what waits."""

from marshmallow import fields

from casework.api.schemas.fields import Answer, Moment


class AlarmOut(Answer):
    """Something that the service found wrong with itself."""

    code = fields.String(required=True)
    subject = fields.String(required=True, metadata={"description": "a channel, task or rule; empty: the whole"})
    name = fields.String(required=True)
    advice = fields.String(required=True)
    found_at = Moment(required=True)
    seen_at = Moment(required=True)
    ended_at = Moment(allow_none=True, required=True, metadata={"description": "null: it is still so"})
    times = fields.Integer(required=True)
    facts = fields.Dict(required=True)


class TaskOut(Answer):
    """A periodic task as it was today; turns are counted from midnight in Beijing."""

    task = fields.String(required=True)
    every_seconds = fields.Integer(allow_none=True, required=True, metadata={"description": "null: once a day"})
    last_at = Moment(allow_none=True, required=True)
    seconds = fields.Float(allow_none=True, required=True, metadata={"description": "that its last turn took"})
    fault = fields.String(required=True)
    next_at = Moment(required=True)
    expected = fields.Integer(required=True)
    fired = fields.Integer(required=True)
    late = fields.Boolean(required=True)
    by_hand = fields.Boolean(required=True, metadata={"description": "whether it may be run now"})


class WorkOut(Answer):
    """The promised jobs of one name that are not done; failed ones of a day."""

    job = fields.String(required=True)
    waiting = fields.Integer(required=True)
    running = fields.Integer(required=True)
    failed = fields.Integer(required=True)


class BacklogOut(Answer):
    """Messages that are ready, on one channel in one class (0 escalation, 1 reminder, 2 campaign)."""

    channel = fields.String(required=True)
    message_class = fields.Integer(required=True)
    now = fields.Integer(required=True)
    later = fields.Integer(required=True)
    oldest = Moment(allow_none=True, required=True)


class BeatOut(Answer):
    """When a process or task was last heard."""

    name = fields.String(required=True)
    heard_at = Moment(required=True)


class ServiceOut(Answer):
    """The state of the machinery."""

    sweep_age_seconds = fields.Float(allow_none=True, required=True, metadata={"description": "null: it never ran"})
    alarms = fields.List(fields.Nested(AlarmOut), required=True)
    tasks = fields.List(fields.Nested(TaskOut), required=True)
    jobs = fields.List(fields.Nested(WorkOut), required=True)
    backlog = fields.List(fields.Nested(BacklogOut), required=True)
    stuck = fields.Integer(required=True)
    processes = fields.List(fields.Nested(BeatOut), required=True)
