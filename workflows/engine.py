"""Walks a life cycle that is written down as a table.

A life cycle is a tuple of `Step`s. The same guards answer three questions: may
it move (`fire`), what can be done from here and why is the rest greyed out
(`choices`), what does the caller have to be told (`refusals`). So a button, an
API answer and a job can never disagree about the rules.

`fire` writes `subject.state` and nothing else, and only after every guard has
agreed; effects (journal, clocks, notices) are plain calls of the operation that
fired. Nothing is swallowed: a state or an action that the table does not know,
and an answer that the step did not ask for, are errors.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, Protocol

from transitions import EventData, Machine

from workflows.errors import N_, Refusal, Refused, WorkflowError


class UnknownAction(WorkflowError):  # noqa: N818 - it names what happened
    """The life cycle has no step of this name."""


class UnknownState(WorkflowError):  # noqa: N818
    """The subject is in a state that the life cycle does not have."""


class UnknownAnswer(WorkflowError):  # noqa: N818
    """Something was given with an action that none of its guards reads: a misspelt word must not pass in silence."""


class Words(tuple[str, ...]):
    """Labels inside a sentence: each is a message id of its own, so whoever translates the sentence maps them too."""

    __slots__ = ()

    def __str__(self) -> str:
        """Return them as a Chinese list."""
        return "、".join(self)


class HasState(Protocol):
    """What the engine needs of a subject; the guards of a life cycle read more."""

    state: str


@dataclass(frozen=True)
class Attempt:
    """One question to the guards: this actor, with these answers, on this subject."""

    subject: Any
    actor: Any
    given: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a given text without outer blanks; nothing given is the empty text."""
        return str(self.given.get(name) or "").strip()


Guard = Callable[[Attempt], Refusal | None]


def always(_subject: Any) -> bool:
    """Say that a row applies to every subject in its source states."""
    return True


@dataclass(frozen=True)
class State:
    """A state with the word on the page and the sentence that explains it."""

    name: str
    label: str
    sentence: str


@dataclass(frozen=True)
class Step:
    """One row of a life cycle.

    `guards` say what must be true before anybody may try; `demands` say what must
    come with the action (a reason, a conclusion) and are asked only when it is
    fired, because a button is not greyed out for a form that nobody has seen yet.
    `given` names every answer that either reads. Where one action leads to
    different places, `when` chooses the row: exactly one may apply to a subject.
    `says` are facts that become true with the step; the operation writes them.
    """

    action: str
    sources: tuple[str, ...]
    target: str
    who: str
    label: str
    guards: tuple[Guard, ...] = ()
    demands: tuple[Guard, ...] = ()
    given: tuple[str, ...] = ()
    when: Callable[[Any], bool] = always
    says: Mapping[str, object] = field(default_factory=dict)
    by_hand: bool = True

    def refusals(self, attempt: Attempt, *, with_demands: bool = True) -> tuple[Refusal, ...]:
        """Return every reason to refuse, in the order of the table: most telling first."""
        asked = self.guards + self.demands if with_demands else self.guards
        answers = (guard(attempt) for guard in asked)
        return tuple(refusal for refusal in answers if refusal is not None)


@dataclass(frozen=True)
class Moved:
    """What happened: the step taken, and the facts that became true with it."""

    action: str
    from_state: str
    to_state: str
    says: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """An action seen from where the subject stands: open, or greyed out with its reasons; `needs` it will ask for."""

    action: str
    label: str
    allowed: bool
    refusals: tuple[Refusal, ...]
    needs: tuple[str, ...]


class LifeCycle:
    """A table of steps that can be walked; one for each kind of thing, shared by the whole process."""

    def __init__(self, name: str, states: tuple[State, ...], steps: tuple[Step, ...]) -> None:
        self.name = name
        self.states = MappingProxyType({state.name: state for state in states})
        self.steps = steps

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action once, in the order of the table."""
        return tuple(dict.fromkeys(step.action for step in self.steps))

    def fire(self, subject: HasState, action: str, *, actor: Any, **given: Any) -> Moved:
        """Take the step and write `subject.state`, or raise and leave the subject as it was."""
        refusals = self.refusals(subject, action, actor=actor, **given)
        if refusals:
            raise Refused(*refusals)
        attempt = Attempt(subject, actor, given)
        before = str(subject.state)
        step = self._step_from(subject, action)
        if step is None or not self.machine.events[action].trigger(subject, attempt=attempt):
            raise WorkflowError(f"{self.name}: the guards of {action} changed their answer while it was taken.")
        return Moved(action, before, str(subject.state), step.says)

    def refusals(self, subject: HasState, action: str, *, actor: Any, **given: Any) -> tuple[Refusal, ...]:
        """Return why `fire` with the same arguments would be refused; empty means that it would move."""
        step = self._step_from(subject, action)
        self._check_answers(action, given)
        if step is None:
            return (self._not_from_here(subject, action),)
        return step.refusals(Attempt(subject, actor, given))

    def choices(self, subject: HasState, *, actor: Any) -> tuple[Choice, ...]:
        """Return every action that a person could ever take from here, open or greyed out with its reasons."""
        found = []
        for action in self.actions:
            step = self._step_from(subject, action)
            if step is None or not step.by_hand:
                continue
            refusals = step.refusals(Attempt(subject, actor), with_demands=False)
            found.append(Choice(action, step.label, not refusals, refusals, step.given))
        return tuple(found)

    def state_of(self, subject: HasState) -> State:
        """Return the subject's state with its label and sentence."""
        try:
            return self.states[str(subject.state)]
        except KeyError:
            raise UnknownState(f"{self.name} has no state {subject.state!r}.") from None

    @cached_property
    def machine(self) -> Machine:
        """The state machine under the table; `auto_transitions` stays off, or `to_<state>` would pass every guard."""
        machine = Machine(
            model=None, states=list(self.states), initial=None, auto_transitions=False, send_event=True, name=self.name
        )
        for step in self.steps:
            for source in step.sources:
                machine.add_transition(step.action, source, step.target, conditions=[partial(_agrees, step)])
        return machine

    def _step_from(self, subject: HasState, action: str) -> Step | None:
        """Return the row that applies to the subject, or nothing if the action does not start in its state."""
        if action not in self.actions:
            raise UnknownAction(f"{self.name} has no action {action!r}.")
        state = self.state_of(subject).name
        rows = [step for step in self.steps if step.action == action and state in step.sources and step.when(subject)]
        if len(rows) > 1:
            raise WorkflowError(f"{self.name}: {len(rows)} rows of {action} apply to one subject in {state}.")
        return rows[0] if rows else None

    def _check_answers(self, action: str, given: Iterable[str]) -> None:
        read = {name for step in self.steps if step.action == action for name in step.given}
        unread = sorted(set(given) - read)
        if unread:
            raise UnknownAnswer(f"{self.name}: {action} does not ask for {', '.join(unread)}.")

    def _not_from_here(self, subject: HasState, action: str) -> Refusal:
        rows = [step for step in self.steps if step.action == action]
        sources = dict.fromkeys(source for step in rows for source in step.sources)
        return Refusal(
            "not_from_this_state",
            N_("现在的状态是“%(state)s”，不能“%(action)s”；这一步只能在“%(sources)s”时进行。"),
            {
                "state": Words((self.state_of(subject).label,)),
                "action": Words((rows[0].label,)),
                "sources": Words(self.states[source].label for source in sources),
            },
        )


def _agrees(step: Step, event: EventData) -> bool:
    """Answer the machine for one row, so that even a bare trigger passes the guards."""
    attempt: Attempt = event.kwargs["attempt"]
    return step.when(event.model) and not step.refusals(attempt)
