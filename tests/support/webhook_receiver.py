"""Somebody who subscribes to webhooks: checks the signature as the standard describes it and knows a message again."""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass, field

from tests.support.http_stand_in import Asked, StandIn

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@dataclass
class Receiver(StandIn):
    """Takes what bears a signature of its secret; `statuses` are answered to the next requests instead."""

    secret: str = SECRET
    statuses: list[int] = field(default_factory=list)

    def answer_to(self, asked: Asked) -> tuple[int, object]:
        if not self._right(asked):
            return 401, {"error": "signature"}
        if self.statuses:
            status = self.statuses.pop(0)
            return status, "http://127.0.0.1:1/elsewhere" if 300 <= status < 400 else {}
        if asked.headers["webhook-id"] not in {row["id"] for row in self.carrier}:
            self.carrier.append({"id": asked.headers["webhook-id"], "said": asked.json})
        return 200, {}

    def _right(self, asked: Asked) -> bool:
        ref, moment = asked.headers.get("webhook-id", ""), asked.headers.get("webhook-timestamp", "0")
        if abs(int(moment) - time.time()) > 300:
            return False
        key = base64.b64decode(self.secret.split("_")[1])
        digest = hmac.new(key, b".".join((ref.encode(), moment.encode(), asked.body)), hashlib.sha256).digest()
        wanted = "v1," + base64.b64encode(digest).decode()
        return any(hmac.compare_digest(wanted, given) for given in asked.headers["webhook-signature"].split(" "))
