"""WeCom on this machine: it gives tokens, takes messages, and drops the same request said twice."""

import itertools
from dataclasses import dataclass, field

from tests.support.http_stand_in import Asked, StandIn

CORP, SECRET, AGENT = "ww7e", "wecom-secret-17", 1000002


@dataclass
class WecomStandIn(StandIn):
    """`errcodes` refuse the next messages; `members` may be reached; `tokens` counts how many were given."""

    errcodes: list[int] = field(default_factory=list)
    members: set[str] = field(default_factory=lambda: {"lisi", "ZhangSan"})
    tokens: int = 0
    token: str = ""
    seen: set[bytes] = field(default_factory=set)
    counter: itertools.count = field(default_factory=itertools.count)

    def may_be_moody(self, asked: Asked) -> bool:
        return asked.path == "/cgi-bin/message/send"

    def answer_to(self, asked: Asked) -> tuple[int, object]:
        if asked.path == "/cgi-bin/gettoken":
            if asked.query != {"corpid": CORP, "corpsecret": SECRET}:
                return 200, {"errcode": 40001, "errmsg": "invalid credential"}
            self.tokens += 1
            self.token = f"token-{self.tokens}"
            return 200, {"errcode": 0, "errmsg": "ok", "access_token": self.token, "expires_in": 7200}
        if asked.query.get("access_token") != self.token:
            return 200, {"errcode": 40014, "errmsg": "invalid access_token"}
        if self.errcodes:
            return 200, {"errcode": self.errcodes.pop(0), "errmsg": "refused"}
        return 200, self._send(asked)

    def _send(self, asked: Asked) -> dict:
        values = asked.json
        wanted = values["touser"].split("|")
        if len(wanted) > 1000:
            return {"errcode": 40032, "errmsg": "invalid useridlist size"}
        if values["agentid"] != AGENT or values["msgtype"] != "text":
            return {"errcode": 40056, "errmsg": "invalid agentid"}
        known = {member.lower() for member in self.members}
        invalid = [member.lower() for member in wanted if member.lower() not in known]
        if len(invalid) == len(wanted):
            return {"errcode": 81013, "errmsg": "user & party & tag all invalid"}
        repeated = values.get("enable_duplicate_check") == 1 and asked.body in self.seen
        self.seen.add(asked.body)
        if not repeated:
            self.carrier += [
                {"member": member, "text": values["text"]["content"]}
                for member in wanted
                if member.lower() not in invalid
            ]
        return {"errcode": 0, "errmsg": "ok", "invaliduser": "|".join(invalid), "msgid": f"m{next(self.counter)}"}
