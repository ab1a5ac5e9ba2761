"""A carrier in memory, with the weather that a test asks for; its log is kept apart from the database."""

import random
from collections import Counter, deque
from enum import StrEnum

from casework import clock
from casework.notices.invariants.fact import Acceptance
from notifications.channels.channel import Outcome, Status, Submission, accepted, in_doubt, refused, submission
from notifications.channels.simulator import Receipt, Simulator
from notifications.errors import ErrorClass


class Weather(StrEnum):
    """What happens to one call."""

    FAIR = "fair"
    REQUEST_LOST = "request lost"
    REPLY_LOST = "reply lost"
    THROTTLED = "throttled"
    HALF_TAKEN = "half taken"
    BREAKS = "breaks"  # the connection goes, as an exception that nobody expected


class Carrier(Simulator):
    """Takes what it is given, in the weather of the moment; like real ones it takes the same again without a word."""

    batch_size = 8

    def __init__(self, at_point=lambda _name: None):
        self.at_point, self.log, self.weather = at_point, [], deque()
        self.poison, self.receipt_of, self.shuffled, self.calls = set(), {}, None, []

    def send(self, messages, *, reference):
        self.at_point("before the carrier takes")
        weather = self.weather.popleft() if self.weather else Weather.FAIR
        self.calls.append([message.ref for message in messages])
        if weather == Weather.BREAKS:
            raise ConnectionResetError
        if weather == Weather.REQUEST_LOST:
            return submission(reference, messages, lambda message: in_doubt(message, "lost"))
        if weather == Weather.THROTTLED:
            return submission(reference, messages, lambda message: refused(message, ErrorClass.THROTTLED, "slowly"))
        if self.poison & {message.ref for message in messages}:
            raise ValueError("poison")
        taken = messages[: len(messages) // 2] if weather == Weather.HALF_TAKEN else messages
        self.log += [(message, reference, clock.now()) for message in taken]
        self.at_point("after the carrier has taken")
        if weather == Weather.REPLY_LOST:
            return submission(reference, messages, lambda message: in_doubt(message, "lost"))
        if weather == Weather.HALF_TAKEN:
            return Submission(reference, tuple(accepted(message, self._id(message.ref)) for message in taken))
        return submission(reference, messages, lambda message: accepted(message, self._id(message.ref)))

    def ask(self, reference):
        self.at_point("before the carrier is asked")
        held = dict.fromkeys(message.ref for message, under, _ in self.log if under == reference)
        return Submission(reference, tuple(Outcome(ref, Status.ACCEPTED, self._id(ref)) for ref in held))

    def receipts(self):
        """Report on everything again each time, as carriers do; in another order and twice when shuffled."""
        reports = [
            Receipt(message.ref, self._id(message.ref), status)
            for message, _, _ in self.log
            for status in self.receipt_of.get(message.ref, ("delivered",))
        ]
        if self.shuffled is None:
            return tuple(reports)
        twice = reports * 2
        random.Random(self.shuffled).shuffle(twice)  # noqa: S311 - an order, not a secret
        return tuple(twice)

    def times(self):
        """Count how often each message was taken."""
        return Counter(message.ref for message, _, _ in self.log)

    def acceptances(self):
        return tuple(Acceptance(message.ref, reference, at) for message, reference, at in self.log)

    @staticmethod
    def _id(ref):
        return f"id-{ref}"
