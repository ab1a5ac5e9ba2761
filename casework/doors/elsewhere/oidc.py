"""Sign-in by OpenID Connect: authorization code with PKCE, state and nonce; the provider's keys by discovery.

The provider's clock is the world's, so tokens are compared with the machine's
clock and not with ours, which a demonstration may have moved.
"""

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from authlib.oauth2.auth import encode_client_secret_basic
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from casework.doors.elsewhere.calls import ask, fields_of, send
from casework.doors.elsewhere.id_tokens import UnknownKey, believed
from casework.doors.elsewhere.provider_settings import Oidc, is_safe
from casework.doors.elsewhere.vouching import Vouched, not_believed

PROVIDER = "oidc"
KNOWN_FOR = 600
"""Seconds for which what a provider says of itself is remembered."""
ASKED_AGAIN_AFTER = 30
"""A token with an unknown key makes us ask for the keys anew, but not more often than every so many seconds."""
LONGEST = 2048


@dataclass(frozen=True)
class Begun:
    """Where to send somebody, and what must come back with them."""

    address: str
    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass
class Provider:
    """One provider with what it said of itself last; one to a process."""

    settings: Oidc
    _said: dict[str, object] = field(default_factory=dict, repr=False)
    _keys: KeySet | None = field(default=None, repr=False)
    _said_at: float = 0.0
    _keys_at: float = 0.0

    def begin(self, *, back: str) -> Begun:
        """Return where somebody signs in over there; they come back to `back` with an answer."""
        state, nonce, verifier = (secrets.token_urlsafe(size) for size in (24, 24, 48))
        address = prepare_grant_uri(
            self._endpoint("authorization_endpoint"),
            client_id=self.settings.client_id,
            response_type="code",
            redirect_uri=back,
            scope=self.settings.scope,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Begun(address, state, nonce, verifier)

    def finish(self, answer: Mapping[str, str], *, state: str, nonce: str, verifier: str, back: str) -> Vouched:
        """Return whom the provider vouches for; raises the sentence of whatever is wrong with its answer."""
        if not hmac.compare_digest(answer.get("state", "").encode(), state.encode()):
            raise not_believed("other_state")
        if "iss" in answer and answer["iss"] != self.settings.issuer:  # RFC 9207: the answer of another provider
            raise not_believed("other_issuer")
        if "error" in answer:
            raise not_believed("denied")
        code = answer.get("code", "")
        if not 0 < len(code) <= LONGEST:
            raise not_believed("answer")
        tokens = self._exchange(code, verifier=verifier, back=back)
        claims = self._believed(tokens.get("id_token"), nonce)
        login = self._login(claims, tokens)
        return Vouched(PROVIDER, str(claims["sub"]), login, self._is_strong(claims), proof=code)

    def leaving(self, *, back: str) -> str:
        """Return where the session over there is ended; empty when the provider offers nothing or is away."""
        where = self._said.get("end_session_endpoint")
        if not isinstance(where, str) or not is_safe(where):
            return ""
        return f"{where}?{urlencode({'client_id': self.settings.client_id, 'post_logout_redirect_uri': back})}"

    def _exchange(self, code: str, *, verifier: str, back: str) -> dict[str, object]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        headers: dict[str, str] = {}
        if self.settings.client_secret:
            _, headers, _ = encode_client_secret_basic(_Client(self.settings), "POST", "", {}, "")
        else:
            form["client_id"] = self.settings.client_id
        return fields_of(send(self._endpoint("token_endpoint"), form, headers=headers))

    def _believed(self, token: object, nonce: str) -> Mapping[str, object]:
        told: dict[str, object] = {"oidc": self.settings, "nonce": nonce, "now": time.time()}
        try:
            return believed(token, keys=self._key_set(), **told)  # type: ignore[arg-type] # of several types
        except UnknownKey:
            if time.monotonic() - self._keys_at < ASKED_AGAIN_AFTER:
                raise not_believed("signature") from None
        self._keys = None
        try:
            return believed(token, keys=self._key_set(), **told)  # type: ignore[arg-type]
        except UnknownKey:
            raise not_believed("signature") from None

    def _login(self, claims: Mapping[str, object], tokens: Mapping[str, object]) -> str:
        """Return the claim that names the account, from the token or from what the provider says of its user."""
        found = claims.get(self.settings.claim)
        access, where = tokens.get("access_token"), self._metadata().get("userinfo_endpoint")
        if found is None and isinstance(access, str) and isinstance(where, str):
            said = fields_of(ask(where, headers={"Authorization": f"Bearer {access}"}))
            if said.get("sub") != claims["sub"]:  # the words about somebody else
                raise not_believed("answer")
            found = said.get(self.settings.claim)
        if not isinstance(found, str) or not found.strip():
            raise not_believed("no_login")
        return found.strip()

    def _is_strong(self, claims: Mapping[str, object]) -> bool:
        methods = claims.get("amr")
        said = [claims.get("acr"), *(methods if isinstance(methods, list) else ())]
        return bool(self.settings.strong & {each for each in said if isinstance(each, str)})

    def _endpoint(self, name: str) -> str:
        found = self._metadata().get(name)
        if not isinstance(found, str) or not is_safe(found):
            raise not_believed("answer")
        return found

    def _metadata(self) -> dict[str, object]:
        if not self._said or time.monotonic() - self._said_at > KNOWN_FOR:
            said = fields_of(ask(self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"))
            if said.get("issuer") != self.settings.issuer:
                raise not_believed("other_issuer")
            self._said, self._said_at = said, time.monotonic()
        return self._said

    def _key_set(self) -> KeySet:
        if self._keys is None or time.monotonic() - self._keys_at > KNOWN_FOR:
            try:
                self._keys = KeySet.import_key_set(fields_of(ask(self._endpoint("jwks_uri"))))  # type: ignore[arg-type]
            except (JoseError, ValueError, TypeError, KeyError) as fault:  # what a stranger wrote is read here
                raise not_believed("answer") from fault
            self._keys_at = time.monotonic()
        return self._keys


class _Client:
    """What the library asks of a client to write its header."""

    def __init__(self, settings: Oidc) -> None:
        self.client_id, self.client_secret = settings.client_id, settings.client_secret
