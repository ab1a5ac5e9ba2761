"""SMS through Tencent Cloud: a call for up to two hundred numbers that hear the same words.

A call is taken number by number, so part of it may be accepted. Each bears our
reference (`SessionContext`), which comes back with the delivery status and only
with it: a phone that is switched off shows nothing for hours although the message
was taken. So absence proves nothing until `SHOWN_AFTER`; until then what is in
doubt stays in doubt. https://cloud.tencent.com/document/api/382/55981
"""

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Self

from notifications.channels.channel import Outcome, Status, Submission, accepted, in_doubt, refused
from notifications.channels.http_call import AnswerLost, Limits, NotSent, call
from notifications.channels.provider_settings import checked, endpoint_of, seconds_of
from notifications.channels.simulator import Receipt
from notifications.channels.sms import (
    Addressed,
    Bundle,
    Template,
    bundles,
    masked,
    number_of,
    refs_of,
    refusals,
    templates_of,
)
from notifications.channels.sms_turns import LOST, Said, in_turn, lost, meant, unreached
from notifications.channels.tencent_answers import OK, meaning_of
from notifications.channels.tencent_call import Signer
from notifications.errors import N_, ErrorClass, NotYetKnown
from notifications.message import Message

SHOWN_AFTER = timedelta(hours=6)
"""How long a call may be missing from the delivery states before its absence counts as an answer."""
_PAGE = 100
_NEEDED = ("secret_id", "secret_key", "app_id", "sign_name")


@dataclass(frozen=True)
class Settings:
    """The secret key, the application, the registered signature, and the template of each kind of message."""

    secret_id: str
    secret_key: str = field(repr=False)
    app_id: str
    sign_name: str
    templates: Mapping[str, Template]
    endpoint: str = "https://sms.tencentcloudapi.com"
    region: str = "ap-guangzhou"
    timeout: float = 10.0

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> Self:
        """Read settings given as text; raise `ChannelMisconfigured` with what is wrong."""
        templates = {name: value for name, value in settings.items() if name.startswith("template_")}
        rest = {name: value for name, value in settings.items() if name not in templates}
        checked(rest, of="Tencent", needed=_NEEDED, optional=("endpoint", "region", "timeout"))
        return cls(
            **{name: rest[name] for name in _NEEDED},
            templates=templates_of(templates),
            endpoint=endpoint_of(rest.get("endpoint", cls.endpoint)),
            region=rest.get("region", cls.region),
            timeout=seconds_of(rest.get("timeout", "10")),
        )


class Tencent:
    """Send SMS through one application; `addressed` says who was in a call of ours."""

    code: ClassVar[str] = "tencent"
    label: ClassVar[str] = N_("短信（腾讯云）")
    can_be_asked: ClassVar[bool] = True
    batch_size: ClassVar[int] = 200

    def __init__(
        self,
        settings: Settings,
        *,
        addressed: Callable[[str], Sequence[Addressed]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._signer = Signer(settings.secret_id, settings.secret_key, settings.endpoint, settings.region)
        self._addressed = addressed
        self._now = now
        self._tls = tls

    def send(self, messages: Sequence[Message], *, reference: str) -> Submission:
        """Send one call for all messages that say the same words."""
        templates = self._settings.templates
        found = refusals(messages, templates)
        left = [message for message in messages if message.ref not in found]
        calls = bundles(left, templates, reference=reference, size=self.batch_size, same=_filled)
        found |= {outcome.ref: outcome for outcome in in_turn(calls, self._submit)}
        return Submission(reference, tuple(found[message.ref] for message in messages))

    def ask(self, reference: str) -> Submission:
        """Look into the delivery states of each number; raise `NotYetKnown` while an absence proves nothing."""
        asked = [each for each in self._addressed(reference) if each.in_doubt]
        refs = refs_of(asked, reference=reference)
        held = {}
        for number in sorted({number_of(each.recipient) or "" for each in asked}):
            since = min(each.at for each in asked) - timedelta(minutes=1)
            values = {"BeginTime": int(since.timestamp()), "Offset": 0, "Limit": _PAGE, "PhoneNumber": f"+86{number}"}
            for state in self._states("PullSmsSendStatusByPhoneNumber", values):
                ref = refs.get((str(state.get("SessionContext", "")), number))
                if ref is not None:
                    held[ref] = Outcome(ref, Status.ACCEPTED, str(state.get("SerialNo", "")))
        if any(each.ref not in held and self._now() - each.at < SHOWN_AFTER for each in asked):
            raise NotYetKnown(f"Tencent does not show all of {reference!r} yet.")
        return Submission(reference, tuple(held.values()))

    def receipts(self) -> tuple[Receipt, ...]:
        """Return up to a hundred reports that nobody has fetched yet; the provider gives each only once."""
        found = []
        for state in self._states("PullSmsSendStatus", {"Limit": _PAGE}):
            mark, number = str(state.get("SessionContext", "")), number_of(str(state.get("PhoneNumber", ""))) or ""
            reference = mark.partition(".")[0]
            ref = refs_of(self._addressed(reference), reference=reference).get((mark, number)) if mark else None
            if ref is not None:
                status = "delivered" if state.get("ReportStatus") == "SUCCESS" else "undelivered_temporary"
                found.append(Receipt(ref, str(state.get("SerialNo", "")), status))
        return tuple(found)

    def _submit(self, bundle: Bundle) -> Said:
        values = {
            "SmsSdkAppId": self._settings.app_id,
            "SignName": self._settings.sign_name,
            "TemplateId": bundle.template.code,
            "TemplateParamSet": _filled(bundle.messages[0], bundle.template),
            "PhoneNumberSet": [f"+86{number}" for number in bundle.numbers],
            "SessionContext": bundle.mark,
        }
        try:
            status, said = self._call("SendSms", values)
        except NotSent as problem:
            return unreached(bundle, problem)
        except AnswerLost as problem:
            return lost(bundle, problem)
        error, states = said.get("Error"), said.get("SendStatusSet")
        if isinstance(error, dict) or not isinstance(states, list):
            code = str(error.get("Code", "")) if isinstance(error, dict) else ""
            detail = masked(f"{code} {error.get('Message', '') if isinstance(error, dict) else status}")
            return meant(bundle, meaning_of(code, status=status), detail=detail)
        told = {number_of(str(state.get("PhoneNumber", ""))): state for state in states}
        return Said(
            tuple(
                _of_number(message, told.get(number))
                for message, number in zip(bundle.messages, bundle.numbers, strict=True)
            )
        )

    def _states(self, action: str, values: Mapping[str, object]) -> list[Mapping[str, object]]:
        _, said = self._call(action, {"SmsSdkAppId": self._settings.app_id, **values})
        states = said.get("PullSmsSendStatusSet")
        if not isinstance(states, list):
            error = said.get("Error")
            code = error.get("Code", "") if isinstance(error, dict) else ""
            raise NotYetKnown(f"Tencent does not answer what it holds: {masked(code)}.")
        return states

    def _call(self, action: str, values: Mapping[str, object]) -> tuple[int, Mapping[str, object]]:
        request = self._signer.request(action, at=self._now(), values=values)
        answer = call(request, limits=Limits(self._settings.timeout), tls=self._tls)
        said = answer.fields.get("Response")
        return answer.status, said if isinstance(said, dict) else {}


def _filled(message: Message, template: Template) -> tuple[str, ...]:
    return tuple(message.words[name] for name in template.names)


def _of_number(message: Message, state: Mapping[str, object] | None) -> Outcome:
    """Return what the answer says of one number; in doubt where it says nothing."""
    if state is None:
        return in_doubt(message, LOST)
    code = str(state.get("Code", ""))
    if code == OK:
        return accepted(message, str(state.get("SerialNo", "")))
    meaning, detail = meaning_of(code), masked(f"{code} {state.get('Message', '')}")
    if meaning.error_class == ErrorClass.IN_DOUBT:
        return in_doubt(message, LOST, detail=detail)
    return refused(message, meaning.error_class, meaning.sentence, detail=detail)
