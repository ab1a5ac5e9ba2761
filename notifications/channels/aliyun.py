"""SMS through Aliyun: a batch call for up to a hundred numbers, asked about afterwards by number and day.

The service knows no idempotency, so nothing is repeated here: a call whose answer
is lost is in doubt. Each call bears our reference (`OutId`), and the record of a
number on a day shows it again: that settles the doubt. A batch is taken or
refused as a whole: https://help.aliyun.com/document_detail/66041.html.
"""

import json
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Self

from notifications.channels.aliyun_answers import OK, meaning_of
from notifications.channels.aliyun_call import Signer
from notifications.channels.channel import Outcome, Status, Submission, accepted
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
from notifications.channels.sms_turns import Said, in_turn, lost, meant, unreached
from notifications.errors import N_, NotYetKnown
from notifications.message import Message
from notifications.wording import BEIJING

SHOWN_AFTER = timedelta(minutes=5)
"""How long a call may be missing from the records before its absence counts as an answer."""
_PAGE = 50
_NEEDED = ("key_id", "key_secret", "sign_name")


@dataclass(frozen=True)
class Settings:
    """The access key, the registered signature, and the registered template of each kind of message."""

    key_id: str
    key_secret: str = field(repr=False)
    sign_name: str
    templates: Mapping[str, Template]
    endpoint: str = "https://dysmsapi.aliyuncs.com"
    timeout: float = 10.0

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> Self:
        """Read settings given as text; raise `ChannelMisconfigured` with what is wrong."""
        templates = {name: value for name, value in settings.items() if name.startswith("template_")}
        rest = {name: value for name, value in settings.items() if name not in templates}
        checked(rest, of="Aliyun", needed=_NEEDED, optional=("endpoint", "timeout"))
        return cls(
            **{name: rest[name] for name in _NEEDED},
            templates=templates_of(templates),
            endpoint=endpoint_of(rest.get("endpoint", cls.endpoint)),
            timeout=seconds_of(rest.get("timeout", "10")),
        )


class Aliyun:
    """Send SMS through one account; `addressed` says who was in a call of ours."""

    code: ClassVar[str] = "aliyun"
    label: ClassVar[str] = N_("短信（阿里云）")
    can_be_asked: ClassVar[bool] = True
    batch_size: ClassVar[int] = 100

    def __init__(
        self,
        settings: Settings,
        *,
        addressed: Callable[[str], Sequence[Addressed]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._signer = Signer(settings.key_id, settings.key_secret, settings.endpoint)
        self._addressed = addressed
        self._now = now
        self._tls = tls

    def send(self, messages: Sequence[Message], *, reference: str) -> Submission:
        """Send one batch call for each template that the messages need."""
        found = refusals(messages, self._settings.templates)
        left = [message for message in messages if message.ref not in found]
        calls = bundles(left, self._settings.templates, reference=reference, size=self.batch_size, same=lambda *_: None)
        found |= {outcome.ref: outcome for outcome in in_turn(calls, self._submit)}
        return Submission(reference, tuple(found[message.ref] for message in messages))

    def ask(self, reference: str) -> Submission:
        """Look into the records of each number; raise `NotYetKnown` while an absence proves nothing."""
        asked = [each for each in self._addressed(reference) if each.in_doubt]
        refs = refs_of(asked, reference=reference)
        held = {}
        for number, day in sorted({(number_of(each.recipient) or "", day) for each in asked for day in _days(each.at)}):
            for record in self._records(number, day):
                ref = refs.get((str(record.get("OutId", "")), number))
                if ref is not None:
                    held[ref] = Outcome(ref, Status.ACCEPTED, f"{record['OutId']}:{ref}")
        if any(each.ref not in held and self._now() - each.at < SHOWN_AFTER for each in asked):
            raise NotYetKnown(f"Aliyun does not show all of {reference!r} yet.")
        return Submission(reference, tuple(held.values()))

    def read_receipts(self, pushed: bytes) -> tuple[Receipt, ...]:
        """Return what a pushed JSON list reports about messages of ours; raise `ValueError` when it is none."""
        found = []
        for report in json.loads(pushed):
            mark, number = str(report.get("out_id", "")), number_of(str(report.get("phone_number", ""))) or ""
            reference = mark.partition(".")[0]
            ref = refs_of(self._addressed(reference), reference=reference).get((mark, number)) if mark else None
            if ref is not None:
                status = "delivered" if report.get("success") is True else "undelivered_temporary"
                found.append(Receipt(ref, f"{report.get('biz_id', '')}:{ref}", status))
        return tuple(found)

    def _submit(self, bundle: Bundle) -> Said:
        form = {
            "PhoneNumberJson": _json(bundle.numbers),
            "SignNameJson": _json([self._settings.sign_name] * len(bundle.messages)),
        }
        if bundle.template.names:
            form["TemplateParamJson"] = _json(
                [{name: message.words[name] for name in bundle.template.names} for message in bundle.messages]
            )
        query = {"OutId": bundle.mark, "TemplateCode": bundle.template.code}
        try:
            status, said = self._call("SendBatchSms", query=query, form=form)
        except NotSent as problem:
            return unreached(bundle, problem)
        except AnswerLost as problem:
            return lost(bundle, problem)
        code = str(said.get("Code", ""))
        if code == OK:
            return Said(tuple(accepted(each, f"{said.get('BizId', '')}:{each.ref}") for each in bundle.messages))
        detail = masked(f"{code} {said.get('Message', '')} {said.get('RequestId', '')}")
        return meant(bundle, meaning_of(code, status=status), detail=detail)

    def _records(self, number: str, day: str) -> Iterator[Mapping[str, object]]:
        """Yield what the service shows of one number and day."""
        seen, page = 0, 1
        while True:
            query = {"PhoneNumber": number, "SendDate": day, "PageSize": str(_PAGE), "CurrentPage": str(page)}
            _, said = self._call("QuerySendDetails", query=query)
            listed, total = said.get("SmsSendDetailDTOs"), said.get("TotalCount")
            if said.get("Code") != OK or not isinstance(listed, dict) or not isinstance(total, int):
                raise NotYetKnown(f"Aliyun does not answer what it holds: {masked(said.get('Code', ''))}.")
            records = listed.get("SmsSendDetailDTO", [])
            yield from records
            seen, page = seen + len(records), page + 1
            if not records or seen >= total:
                return

    def _call(
        self, action: str, *, query: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, object]]:
        request = self._signer.request(action, at=self._now(), query=query, form=form)
        answer = call(request, limits=Limits(self._settings.timeout), tls=self._tls)
        return answer.status, answer.fields


def _days(at: datetime) -> set[str]:
    """Return the Beijing days under which a call of this moment may be recorded."""
    return {(at.astimezone(BEIJING) + slack).strftime("%Y%m%d") for slack in (timedelta(), timedelta(minutes=10))}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
