"""Messages of a WeCom application to members of the corporation.

WeCom cannot be asked what became of a message. But it drops a request that equals
an earlier one within an interval (`enable_duplicate_check`): a repetition after a
lost answer then does no harm, as long as it is the same request. So messages share
a call only when they say the same words, and a caller that may have to repeat
gives them one at a time. https://developer.work.weixin.qq.com/document/path/90236

Beyond 30 messages a minute and 1,000 an hour to one member WeCom drops what is
too much without a word; nothing here can see that.
"""

import json
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import urlencode

from notifications.channels.channel import Outcome, Submission, accepted, in_doubt, refused
from notifications.channels.http_call import AnswerLost, Limits, NotSent, Request, call
from notifications.channels.provider_settings import checked, endpoint_of, seconds_of
from notifications.channels.sms import masked
from notifications.channels.wecom_answers import (
    LOST,
    NOT_A_MEMBER,
    OK,
    STALE_TOKEN,
    TOO_LONG,
    UNREACHABLE,
    Meaning,
    meaning_of,
)
from notifications.channels.wecom_token import Token
from notifications.errors import N_, CannotBeAsked, ChannelMisconfigured, ErrorClass
from notifications.message import Message

INTERVAL = 4 * 3600
"""Seconds in which WeCom drops a repeated request; it allows no more."""
_LONGEST = 2048
_NEEDED = ("corp_id", "secret", "agent_id")


class _Refused(Exception):  # noqa: N818 - it names what happened, not a fault
    """WeCom gives us no token."""

    def __init__(self, meaning: Meaning, detail: str) -> None:
        super().__init__(detail)
        self.meaning, self.detail = meaning, detail


@dataclass(frozen=True)
class Settings:
    """The corporation, the application that speaks, and its secret."""

    corp_id: str
    secret: str = field(repr=False)
    agent_id: int
    endpoint: str = "https://qyapi.weixin.qq.com"
    timeout: float = 10.0

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> Self:
        """Read settings given as text; raise `ChannelMisconfigured` with what is wrong."""
        checked(settings, of="WeCom", needed=_NEEDED, optional=("endpoint", "timeout"))
        if not settings["agent_id"].isascii() or not settings["agent_id"].isdigit():
            raise ChannelMisconfigured("WeCom's agent_id is a number.")
        return cls(
            corp_id=settings["corp_id"],
            secret=settings["secret"],
            agent_id=int(settings["agent_id"]),
            endpoint=endpoint_of(settings.get("endpoint", cls.endpoint)),
            timeout=seconds_of(settings.get("timeout", "10")),
        )


class Wecom:
    """Speak as one application; the token is kept in `token_file`."""

    code: ClassVar[str] = "wecom"
    label: ClassVar[str] = N_("企业微信")
    can_be_asked: ClassVar[bool] = False
    batch_size: ClassVar[int] = 1000

    def __init__(self, settings: Settings, *, token_file: Path, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._tls = tls
        self._token = Token(token_file, fetch=self._fetch_token)

    def send(self, messages: Sequence[Message], *, reference: str) -> Submission:
        """Send one call for all members that hear the same words."""
        alike: dict[str, list[Message]] = {}
        for message in messages:
            alike.setdefault(_text(message), []).append(message)
        found: dict[str, Outcome] = {}
        for text, some in alike.items():
            found |= {outcome.ref: outcome for outcome in self._say(text, some)}
        return Submission(reference, tuple(found[message.ref] for message in messages))

    def ask(self, reference: str) -> Submission:
        """Refuse: WeCom keeps nothing that we could ask for."""
        raise CannotBeAsked(f"WeCom cannot be asked about {reference!r}.")

    def _say(self, text: str, messages: Sequence[Message]) -> Iterator[Outcome]:
        if len(text.encode()) > _LONGEST:  # WeCom would cut it off, and with it the link
            yield from (refused(message, ErrorClass.TEMPLATE, TOO_LONG) for message in messages)
            return
        members = sorted({message.recipient for message in messages})
        try:
            status, said = self._post(text, members)
        except _Refused as no:
            yield from (
                refused(each, no.meaning.error_class, no.meaning.sentence, detail=no.detail) for each in messages
            )
            return
        except NotSent as problem:
            yield from (refused(each, ErrorClass.TRANSIENT, UNREACHABLE, detail=masked(problem)) for each in messages)
            return
        except AnswerLost as problem:
            yield from (in_doubt(each, LOST, detail=masked(problem)) for each in messages)
            return
        yield from (_outcome(message, status, said) for message in messages)

    def _post(self, text: str, members: Sequence[str]) -> tuple[int, Mapping[str, object]]:
        """Say it with the token that we have, and once more with a new one when that is refused as stale."""
        token = self._token.current()
        status, said = self._call(text, members, token)
        if said.get("errcode") in STALE_TOKEN:
            self._token.forget(token)
            status, said = self._call(text, members, self._token.current())
        return status, said

    def _call(self, text: str, members: Sequence[str], token: str) -> tuple[int, Mapping[str, object]]:
        values = {
            "touser": "|".join(members),
            "msgtype": "text",
            "agentid": self._settings.agent_id,
            "text": {"content": text},
            "safe": 0,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": INTERVAL,
        }
        address = f"{self._settings.endpoint}/cgi-bin/message/send?{urlencode({'access_token': token})}"
        body = json.dumps(values, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        answer = call(Request("POST", address, headers, body), limits=self._limits, tls=self._tls)
        return answer.status, answer.fields

    def _fetch_token(self) -> tuple[str, float]:
        query = urlencode({"corpid": self._settings.corp_id, "corpsecret": self._settings.secret})
        request = Request("GET", f"{self._settings.endpoint}/cgi-bin/gettoken?{query}")
        try:
            answer = call(request, limits=self._limits, tls=self._tls)
        except AnswerLost as problem:  # only a token was asked for: of the message WeCom has nothing
            raise NotSent(str(problem)) from problem
        said = answer.fields
        if said.get("errcode") != OK:
            meaning = meaning_of(said.get("errcode"), status=answer.status)
            if meaning.error_class == ErrorClass.IN_DOUBT:
                meaning = Meaning(ErrorClass.TRANSIENT, UNREACHABLE)
            raise _Refused(meaning, masked(f"gettoken {said.get('errcode')} {answer.status}"))
        return str(said["access_token"]), float(str(said.get("expires_in", 7200)))

    @property
    def _limits(self) -> Limits:
        return Limits(self._settings.timeout)


def _text(message: Message) -> str:
    return f"{message.subject}\n\n{message.body}".strip()


def _outcome(message: Message, status: int, said: Mapping[str, object]) -> Outcome:
    code = said.get("errcode")
    if code != OK:
        meaning, detail = meaning_of(code, status=status), masked(f"{code} {status}")
        if meaning.error_class == ErrorClass.IN_DOUBT:
            return in_doubt(message, LOST, detail=detail)
        return refused(message, meaning.error_class, meaning.sentence, detail=detail)
    for name in ("invaliduser", "unlicenseduser"):
        # WeCom repeats the members in lower case.
        if message.recipient.lower() in str(said.get(name, "")).lower().split("|"):
            return refused(message, ErrorClass.RECIPIENT, NOT_A_MEMBER, detail=name)
    return accepted(message, str(said.get("msgid", "")))
