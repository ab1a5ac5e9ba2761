"""One call of Tencent Cloud's SMS service, signed by its third scheme (TC3-HMAC-SHA256).

The key of the signature is derived for the day and the service, so it is of no
use elsewhere: https://cloud.tencent.com/document/api/362/4208. The moment must lie
within five minutes of the provider's clock.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from notifications.channels.http_call import Request

ALGORITHM = "TC3-HMAC-SHA256"
VERSION = "2021-01-11"
_SERVICE = "sms"


@dataclass(frozen=True)
class Signer:
    """The secret key, and the request that it makes of an action and its parameters."""

    secret_id: str
    secret_key: str
    endpoint: str
    region: str

    def request(self, action: str, *, at: datetime, values: Mapping[str, object]) -> Request:
        """Return the signed POST of one action."""
        body = json.dumps(values, ensure_ascii=False).encode()
        headers = {
            "content-type": "application/json; charset=utf-8",
            "host": urlsplit(self.endpoint).netloc,
            "x-tc-action": action,
        }
        authorization = self.authorization(service=_SERVICE, at=at, headers=headers, body=body)
        rest = {"X-TC-Timestamp": str(int(at.timestamp())), "X-TC-Version": VERSION, "X-TC-Region": self.region}
        return Request("POST", f"{self.endpoint}/", headers | rest | {"Authorization": authorization}, body)

    def authorization(self, *, service: str, at: datetime, headers: Mapping[str, str], body: bytes) -> str:
        """Return the value of the header that proves who asks for exactly this; every header given is signed."""
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in sorted(headers))
        canonical = "\n".join(("POST", "/", "", lines, names, hashlib.sha256(body).hexdigest()))
        day = at.astimezone(UTC).strftime("%Y-%m-%d")
        scope = f"{day}/{service}/tc3_request"
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        key = f"TC3{self.secret_key}".encode()
        for part in (day, service, "tc3_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.new(
            key, f"{ALGORITHM}\n{int(at.timestamp())}\n{scope}\n{hashed}".encode(), hashlib.sha256
        ).hexdigest()
        return f"{ALGORITHM} Credential={self.secret_id}/{scope}, SignedHeaders={names}, Signature={signature}"
