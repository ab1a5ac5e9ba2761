"""What an installation says about the houses that may vouch for its people: OIDC_… and CAS_… of the environment.

Read once when the service starts. What is missing or not safe stops the start
with a sentence, rather than the first person who tries to sign in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from casework.errors import N_, Unavailable

_OFF = frozenset({"off", "no", "false", "0"})


@dataclass(frozen=True)
class Oidc:
    """An OpenID Connect provider; `strong` holds the words of `acr` and `amr` that count as a second factor."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    claim: str = "preferred_username"
    label: str = ""
    scope: str = "openid profile"
    strong: frozenset[str] = frozenset()
    links: bool = True


@dataclass(frozen=True)
class Cas:
    """A CAS server, protocol 3.0; `attribute` names the account (empty: the user), `strong` as above, by attribute."""

    url: str
    attribute: str = ""
    label: str = ""
    strong_attribute: str = "authenticationContext"
    strong: frozenset[str] = frozenset()
    links: bool = True


def read_oidc(told: Mapping[str, str]) -> Oidc | None:
    """Return the provider that the settings describe, None when they describe none; raises `Unavailable`."""
    if not told.get("issuer"):
        return None
    if not told.get("client_id"):
        raise _unusable("OIDC_CLIENT_ID")
    return Oidc(
        issuer=_address(told["issuer"].strip(), "OIDC_ISSUER"),
        client_id=told["client_id"].strip(),
        client_secret=told.get("client_secret", "").strip(),
        claim=told.get("claim", "").strip() or "preferred_username",
        label=told.get("label", "").strip(),
        scope=_scope(told.get("scope", "")),
        strong=_words(told.get("second_factor", "")),
        links=told.get("link", "").strip().lower() not in _OFF,
    )


def read_cas(told: Mapping[str, str]) -> Cas | None:
    """Return the server that the settings describe, None when they describe none; raises `Unavailable`."""
    if not told.get("url"):
        return None
    return Cas(
        url=_address(told["url"].strip().rstrip("/"), "CAS_URL"),
        attribute=told.get("attribute", "").strip(),
        label=told.get("label", "").strip(),
        strong_attribute=told.get("second_factor_attribute", "").strip() or "authenticationContext",
        strong=_words(told.get("second_factor", "")),
        links=told.get("link", "").strip().lower() not in _OFF,
    )


def is_safe(address: str) -> bool:
    """Say whether an address may be called or shown: https, or plain http on this machine alone."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host) and not parts.username
    return parts.scheme == "http" and _is_here(host) and not parts.username


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(told: str, name: str) -> str:
    if not is_safe(told) or urlsplit(told).query or urlsplit(told).fragment:
        raise _unusable(name)
    return told


def _scope(told: str) -> str:
    return " ".join(dict.fromkeys(("openid", *(told.split() or ("profile",)))))


def _words(told: str) -> frozenset[str]:
    return frozenset(each.strip() for each in told.split(",") if each.strip())


def _unusable(name: str) -> Unavailable:
    return Unavailable(
        N_("统一身份认证的设置 %(name)s 缺少或不可用，服务没有启动。地址须以 https:// 开头，不带参数。"),
        code="elsewhere_settings",
        params={"name": name},
    )
