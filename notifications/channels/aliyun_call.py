"""One call of Aliyun's SMS service, signed by its third scheme (ACS3-HMAC-SHA256).

The signature covers method, path, query, the named headers and the hash of the
body: https://help.aliyun.com/document_detail/2593177.html. What stands in the
query and what in the form is as Aliyun's own libraries have it.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from notifications.channels.http_call import Request

ALGORITHM = "ACS3-HMAC-SHA256"
VERSION = "2017-05-25"


@dataclass(frozen=True)
class Signer:
    """The access key, and the request that it makes of an action and its parameters."""

    key_id: str
    secret: str
    endpoint: str

    def request(
        self,
        action: str,
        *,
        at: datetime,
        query: Mapping[str, str],
        form: Mapping[str, str] | None = None,
        nonce: str = "",
    ) -> Request:
        """Return the signed POST of one action."""
        body = pairs(form or {}).encode()
        headers = {
            "host": urlsplit(self.endpoint).netloc,
            "x-acs-action": action,
            "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
            "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": nonce or os.urandom(16).hex(),
            "x-acs-version": VERSION,
        }
        if body:
            headers["content-type"] = "application/x-www-form-urlencoded"
        sent = pairs(query)
        authorization = self.authorization(query=sent, headers=headers)
        address = f"{self.endpoint}/?{sent}" if sent else f"{self.endpoint}/"
        return Request("POST", address, headers | {"Authorization": authorization, "Accept": "application/json"}, body)

    def authorization(self, *, query: str, headers: Mapping[str, str]) -> str:
        """Return the value of the header that proves who asks for exactly this."""
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
        canonical = "\n".join(("POST", "/", query, lines, names, headers["x-acs-content-sha256"]))
        to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(self.secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
        return f"{ALGORITHM} Credential={self.key_id},SignedHeaders={names},Signature={signature}"


def pairs(values: Mapping[str, str]) -> str:
    """Return names and values in the order and spelling that the signature asks for (RFC 3986)."""
    return "&".join(f"{quote(name, safe='~')}={quote(values[name], safe='~')}" for name in sorted(values))
