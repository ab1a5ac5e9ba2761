"""What must not be when the doors open to others: found before they do, each thing in a sentence, by one table.

Whoever tries the service on this machine alone is told the same things by
`casework check` and is not stopped. Where others can reach it, it does not start,
unless the operator has named the risk (`CASEWORK_ACCEPT_RISKS`): then it was meant.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, text

from casework.config import DEMO_PASSWORD, Settings
from casework.db import db
from casework.errors import N_, Unavailable
from casework.operations import passwords
from casework.people.models import Person

LEAST_KEY, LEAST_LETTERS = 32, 8
MOST_ASKED = 60
"""Accounts whose password is compared with that of the demonstration: each costs a twentieth of a second."""
DEMO_LOGIN = "U0"
ACCEPT = N_("确需如此，请设置 CASEWORK_ACCEPT_RISKS=%(code)s。")
_OFF = {"", "0", "false", "no", "off"}


@dataclass(frozen=True)
class Installation:
    """What is looked at: the settings, the address that the web server is told to listen on, the environment."""

    settings: Settings
    listens_on: str = ""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def name(self) -> str:
        """Return the name or number under which people are told to ask."""
        return urlsplit(self.settings.base_url).hostname or ""

    @property
    def is_open(self) -> bool:
        """Say whether others than this machine can reach it, directly or by a proxy."""
        by_proxy = self.settings.base_url.startswith("https://") or not _is_here(self.name)
        return by_proxy or not _is_here(self.listens_on or "127.0.0.1")


@dataclass(frozen=True)
class Risk:
    """One thing that is wrong; `stops`: the service does not start like this."""

    code: str
    sentence: str
    params: Mapping[str, object]
    stops: bool


def risks(installation: Installation) -> list[Risk]:
    """Return all that is wrong now; asks the database too, inside an application."""
    accepted = set(installation.settings.accepts)
    return [
        Risk(code, sentence, params, stops=installation.is_open and code not in accepted)
        for code, look in LOOKS
        for sentence, params in look(installation)
    ]


def require_safe(installation: Installation) -> None:
    """Raise `UnsafeStart` with every risk that stops the start."""
    found = tuple(risk for risk in risks(installation) if risk.stops)
    if found:
        raise UnsafeStart(found)


class UnsafeStart(Unavailable):
    """The service does not open its doors like this."""

    def __init__(self, found: tuple[Risk, ...]) -> None:
        self.risks = found
        super().__init__(
            N_("服务没有启动：有 %(count)d 项不安全的设置，请处理后再启动。"),
            code="unsafe_start",
            params={"count": len(found)},
        )


def _demonstration(at: Installation) -> Iterator[tuple[str, Mapping[str, object]]]:
    if at.settings.demo:
        yield (
            N_("数据目录 %(path)s 是演示数据，账号和密码都是公开的。请换一个 CASEWORK_DATA 目录。"),
            {"path": str(at.settings.data_dir)},
        )


def _debug(at: Installation) -> Iterator[tuple[str, Mapping[str, object]]]:
    if at.environ.get("FLASK_DEBUG", "").lower() not in _OFF or at.settings.testing:
        yield N_("调试方式是打开的，出错时会显示程序内部的内容。请去掉 FLASK_DEBUG。"), {}


def _in_the_clear(at: Installation) -> Iterator[tuple[str, Mapping[str, object]]]:
    if at.settings.base_url.startswith("https://") or (_is_here(at.name) and not at.is_open):
        return
    yield (
        N_(
            "服务地址 %(address)s 没有加密，密码和个人信息会在网络上明文传送。"
            "请在前面放置带 TLS 的网页服务器，并设置 CASEWORK_BASE_URL=https://…。"
        ),
        {"address": at.settings.base_url},
    )


def _open_keys(at: Installation) -> Iterator[tuple[str, Mapping[str, object]]]:
    path = at.settings.data_dir / "keys.json"
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        yield N_("密钥文件 %(path)s 可以被其他账号读取。请运行 chmod 600 %(path)s。"), {"path": str(path)}


def _short_key(at: Installation) -> Iterator[tuple[str, Mapping[str, object]]]:
    key = at.settings.secret_key
    if len(key) < LEAST_KEY or len(set(key)) < LEAST_LETTERS:
        yield (
            N_("会话密钥（CASEWORK_SECRET_KEY）太短或太简单，可以被猜出。请换成至少 %(least)d 个随机字符。"),
            {"least": LEAST_KEY},
        )


def _mighty_account(_at: Installation) -> Iterator[tuple[str, Mapping[str, object]]]:
    if db.engine.dialect.name == "sqlite":
        return
    asked = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    if db.session.scalar(text(asked)):
        yield (
            N_("服务所用的数据库账号权限过大（超级用户、可绕过行级防线或可建账号）。请换用只有读写权的账号。"),
            {},
        )


def _demo_password(at: Installation) -> Iterator[tuple[str, Mapping[str, object]]]:
    if at.settings.demo:
        return  # said above
    wanted = select(Person.login, Person.password_hash).where(
        Person.active, Person.password_hash != "", Person.login.startswith(DEMO_LOGIN)
    )
    for login, known in db.session.execute(wanted.order_by(Person.login).limit(MOST_ASKED)):
        if _opens(known):
            yield N_("账号 %(login)s 还能用演示的公开密码登录。请重设密码或停用该账号。"), {"login": login}


LOOKS: tuple[tuple[str, Callable[[Installation], Iterator[tuple[str, Mapping[str, object]]]]], ...] = (
    ("demo", _demonstration),
    ("debug", _debug),
    ("plain_http", _in_the_clear),
    ("keys_readable", _open_keys),
    ("short_key", _short_key),
    ("database_rights", _mighty_account),
    ("demo_password", _demo_password),
)


def _opens(known: str) -> bool:
    try:
        return passwords.HASHER.verify(known, DEMO_PASSWORD)
    except (VerificationError, InvalidHashError):
        return False


def _is_here(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
