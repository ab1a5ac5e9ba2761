"""What an installation may set, read once at the door and passed on as one frozen object.

Where the keys come from stands in `keys`. Losing them means losing every
sealed field: `docs/operations.md` says how to back them up.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from types import MappingProxyType

from casework.errors import N_, Unavailable
from casework.keys import FileKeys, KeySource, source_of

Network = IPv4Network | IPv6Network
LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
DEMO_CANARY = "U026"
"""The administrator of the demonstration, whose messages the simulator delivers."""
DEMO_PASSWORD = "casework-demo"  # noqa: S105 - printed on the screen of a demonstration with invented people


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations."""

    data_dir: Path
    database_url: str = field(repr=False)  # addresses may hold a password: nothing that does is ever printed
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    # key id → 32 bytes; the last one seals, all of them open
    sealing_keys: Mapping[str, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)
    key_source: KeySource | None = field(default=None, repr=False, compare=False)  # where newer keys would stand
    # the owner of the tables, when the application's account is not
    migration_database_url: str = field(default="", repr=False)
    base_url: str = "http://127.0.0.1:8000"
    secure_cookies: bool = False
    second_factor_roles: frozenset[str] = frozenset()  # who must have a second factor: codes of roles
    breached_passwords: Path | None = None  # SHA-1 hashes of passwords that are known to have leaked, sorted
    hosts: tuple[str, ...] = ()  # names besides that of `base_url` under which browsers may ask
    rate_limits: bool = True
    accepts: tuple[str, ...] = ()  # what `doors.safe_start` warns of and the operator has said to be meant
    channels: tuple[str, ...] = ("inbox", "console")
    smtp: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    aliyun: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    tencent: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    wecom: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    webhook: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    sending: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    receipts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    oidc: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    cas: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    canary: str = ""
    watch_to: tuple[str, ...] = ()
    metrics_token: str = field(default="", repr=False)
    clamd: str = ""  # where the virus scanner listens: unix:///path or tcp://host:port; empty: nothing is scanned
    proxies: tuple[Network, ...] = LOOPBACK  # whose word on where a request came from is taken
    lead_mailbox: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    clock_offset: timedelta = timedelta()
    demo: bool = False
    testing: bool = False
    max_upload_bytes: int = 50 * 1024 * 1024

    @property
    def files_dir(self) -> Path:
        """Return the folder of stored files."""
        return self.data_dir / "files"

    @property
    def staging_dir(self) -> Path:
        """Return the folder of imports that nobody has confirmed yet."""
        return self.data_dir / "staging"

    @property
    def carrier_log(self) -> Path:
        """Return the log of the simulator, the carrier of demonstrations and drills."""
        return self.data_dir / "carrier.jsonl"

    @property
    def trust_dir(self) -> Path:
        """Return the folder of the certificate authorities that are believed, and of their revocation lists."""
        return self.data_dir / "trust"

    @property
    def demo_authority_dir(self) -> Path:
        """Return the folder of the demonstration's own certificate authority, with its keys."""
        return self.data_dir / "demo-authority"

    @property
    def calendars_dir(self) -> Path:
        """Return the folder of yearly calendars that were loaded since this release."""
        return self.data_dir / "calendars"


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of this process; make the data folder and its keys when they do not exist.

    Raises `Unavailable` with the path and what to do when the folder cannot be used.
    """
    data_dir = Path(environ.get("CASEWORK_DATA", "var")).resolve()
    _make_folders(data_dir)
    key_source = source_of(environ, data_dir)
    keys = key_source.read()
    demo = _demo(data_dir)
    smtp = _beginning(environ, "SMTP_")
    channels = ("inbox", "console", "simulator") if demo else ("inbox", "smtp" if smtp else "console")
    return Settings(
        data_dir=data_dir,
        database_url=_driver(environ.get("DATABASE_URL") or f"sqlite:///{data_dir / 'casework.sqlite3'}"),
        migration_database_url=_driver(environ.get("MIGRATION_DATABASE_URL", "")),
        redis_url=environ.get("REDIS_URL") or f"unix://{data_dir / 'queue' / 'queue.sock'}",
        secret_key=environ.get("CASEWORK_SECRET_KEY") or keys.secret,
        sealing_keys=keys.sealing,
        index_key=keys.index,
        key_source=key_source,
        base_url=environ.get("CASEWORK_BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
        secure_cookies=environ.get("CASEWORK_BASE_URL", "").startswith("https://"),
        second_factor_roles=frozenset(_listed(environ.get("CASEWORK_SECOND_FACTOR_ROLES", ""))),
        breached_passwords=Path(environ["CASEWORK_BREACHED_PASSWORDS"])
        if environ.get("CASEWORK_BREACHED_PASSWORDS")
        else None,
        hosts=tuple(each.strip().lower() for each in environ.get("CASEWORK_HOSTS", "").split(",") if each.strip()),
        rate_limits=environ.get("CASEWORK_RATE_LIMITS", "on").strip().lower()
        != "off",  # a measurement of load, no more
        accepts=_listed(environ.get("CASEWORK_ACCEPT_RISKS", "")),
        channels=tuple(environ["CASEWORK_CHANNELS"].split(",")) if environ.get("CASEWORK_CHANNELS") else channels,
        smtp=smtp,
        aliyun=_beginning(environ, "ALIYUN_"),
        tencent=_beginning(environ, "TENCENT_"),
        wecom=_beginning(environ, "WECOM_"),
        webhook=_beginning(environ, "WEBHOOK_"),
        sending=_beginning(environ, "SENDING_"),
        receipts=_beginning(environ, "RECEIPTS_"),
        oidc=_beginning(environ, "OIDC_"),
        cas=_beginning(environ, "CAS_"),
        canary=environ.get("CASEWORK_CANARY", DEMO_CANARY if demo else "").strip(),
        watch_to=_listed(environ.get("CASEWORK_WATCH_TO", "")),
        metrics_token=environ.get("CASEWORK_METRICS_TOKEN", ""),
        clamd=environ.get("CASEWORK_CLAMD", "").strip(),
        proxies=_proxies(environ.get("CASEWORK_PROXIES", "")),
        lead_mailbox=_mailbox(environ),
        clock_offset=timedelta(seconds=demo.get("clock_offset_seconds", 0)),
        demo=bool(demo),
    )


def mark_demo(data_dir: Path, *, clock_offset: timedelta) -> None:
    """Mark this data folder as a demonstration that lives `clock_offset` away from the present."""
    (data_dir / "demo.json").write_text(json.dumps({"clock_offset_seconds": int(clock_offset.total_seconds())}))


def _beginning(environ: Mapping[str, str], prefix: str) -> Mapping[str, str]:
    """Return the settings of one channel, which itself judges them: names without the prefix, in lower case."""
    return {name.removeprefix(prefix).lower(): value for name, value in environ.items() if name.startswith(prefix)}


def _listed(told: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in told.split(",") if each.strip())


def _proxies(told: str) -> tuple[Network, ...]:
    """Return the networks of the proxies before this service: those named, and this machine."""
    try:
        named = tuple(ip_network(each.strip(), strict=False) for each in told.split(",") if each.strip())
    except ValueError as fault:
        raise Unavailable(
            N_(
                "CASEWORK_PROXIES 填写有误，服务没有启动。请填写代理的地址或网段，用逗号分隔，如 10.0.0.5,10.1.0.0/24。"
            ),
            code="proxies_malformed",
        ) from fault
    return LOOPBACK + named


def _mailbox(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return what was said about the report mailbox, which `leads.mailbox` judges."""
    about = _beginning(environ, "CASEWORK_LEAD_MAILBOX_")
    return {**about, "url": environ.get("CASEWORK_LEAD_MAILBOX", "")}


def _demo(data_dir: Path) -> dict[str, int]:
    marker = data_dir / "demo.json"
    return json.loads(marker.read_text()) if marker.exists() else {}


def _make_folders(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        for folder in ("files", "staging", "queue"):
            (data_dir / folder).mkdir(mode=0o700, exist_ok=True)  # staged rows lie there in the clear
        FileKeys(data_dir / "keys.json").make()
    except OSError as fault:
        raise Unavailable(
            N_("数据目录 %(path)s 无法写入（%(reason)s）。请检查该目录的权限，或用 CASEWORK_DATA 指定另一目录。"),
            code="data_folder_unwritable",
            params={"path": str(data_dir), "reason": fault.strerror or type(fault).__name__},
        ) from fault


def _driver(url: str) -> str:
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
