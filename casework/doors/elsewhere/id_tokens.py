"""What an ID token must be before anything in it is believed (OpenID Connect Core 3.1.3.7).

Signed by a key of the provider with an algorithm of public keys: `none` has no
signature, and with HS256 whoever knows the public key could sign. Meant for us,
of this sign-in, and of now; the clocks of two houses may differ by a minute.
"""

import hmac
from collections.abc import Callable, Mapping

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, GuestProtocol, KeySet, RSAKey

from casework.doors.elsewhere.provider_settings import Oidc
from casework.doors.elsewhere.vouching import not_believed

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
SKEW, OLDEST = 60, 3600
"""Seconds by which the clocks may differ, and for which a token that was issued may wait."""
LONGEST, LONGEST_SUBJECT = 32 * 1024, 255


class UnknownKey(Exception):  # noqa: N818 - it names what was found, and is answered by asking for the keys once more
    """The token names a key that is not among those known."""


def believed(token: object, *, keys: KeySet, oidc: Oidc, nonce: str, now: float) -> Mapping[str, object]:
    """Return the claims of a token; raises the refusal that fits, or `UnknownKey`."""
    if not isinstance(token, str) or len(token) > LONGEST:
        raise not_believed("answer")
    claims = _signed(token, keys)
    _meant_for_us(claims, oidc)
    _of_now(claims, now)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise not_believed("other_nonce")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise not_believed("answer")
    return claims


def _signed(token: str, keys: KeySet) -> Mapping[str, object]:
    try:
        found = jwt.decode(token, _key_for(keys), algorithms=ALGORITHMS)
    except UnknownKey:
        raise
    except (JoseError, ValueError, TypeError) as fault:  # what a stranger wrote is read here
        raise not_believed("signature") from fault
    return found.claims


def _key_for(keys: KeySet) -> Callable[[GuestProtocol], RSAKey | ECKey]:
    def find(token: GuestProtocol) -> RSAKey | ECKey:
        kid = token.headers().get("kid")
        fitting = [key for key in keys.keys if isinstance(key, RSAKey | ECKey) and kid in (None, key.kid)]
        if not fitting:
            raise UnknownKey
        return fitting[0]

    return find


def _meant_for_us(claims: Mapping[str, object], oidc: Oidc) -> None:
    if claims.get("iss") != oidc.issuer:
        raise not_believed("other_issuer")
    told = claims.get("aud")
    audience = told if isinstance(told, list) else [told]
    if oidc.client_id not in audience:
        raise not_believed("other_audience")
    presented_by = claims.get("azp")
    if presented_by not in (None, oidc.client_id) or (len(audience) > 1 and presented_by is None):
        raise not_believed("other_audience")


def _of_now(claims: Mapping[str, object], now: float) -> None:
    ends, issued, begins = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
    if not _is_moment(ends) or not _is_moment(issued) or not _is_moment(begins):
        raise not_believed("answer")
    if now > ends + SKEW or now > issued + OLDEST + SKEW:  # type: ignore[operator] # moments, as was just seen
        raise not_believed("expired")
    if issued > now + SKEW or begins > now + SKEW:  # type: ignore[operator]
        raise not_believed("not_yet")


def _is_moment(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
