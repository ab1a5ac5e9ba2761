"""No key, token or password lies in the repository, and none comes out in an error, on a page or in a log."""

import logging
import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError

from casework.db import db
from tests.architecture.source import ROOT

SECRETS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{64}",
    "a key of a cloud": r"\b(?:AKIA|LTAI|AKID)[A-Za-z0-9]{12,40}\b",
    "a token of a code host": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|glpat-[A-Za-z0-9_-]{18,}|xox[abpr]-[A-Za-z0-9-]{20,})",
    "a token of an interface": r"\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|\bsk-[A-Za-z0-9]{32,}",
    "a signed token": r"\beyJ[A-Za-z0-9_-]{12,}\.eyJ[A-Za-z0-9_-]{12,}\.[A-Za-z0-9_-]{16,}",
    "a key of ours": r"[\"'](?:secret_key|index_key|k1)[\"']\s*:\s*[\"'][0-9a-f]{64}[\"']",
    "a password in an address": r"[a-z+]{2,}://[A-Za-z0-9._-]+:[^@\s/\"'{}<>$…]{6,}@(?!h\b)[a-z0-9.-]+",
}
INVENTED = re.compile(
    r"geheim|secret|password|example|localhost|127\.0\.0\.1|@host|casework:casework|:passw", re.IGNORECASE
)
TEXT = (
    ".py",
    ".md",
    ".toml",
    ".in",
    ".lock",
    ".yaml",
    ".yml",
    ".json",
    ".html",
    ".js",
    ".css",
    ".txt",
    ".cfg",
    ".sh",
    "",
)
PLANTED = {
    "a private key": "-----BEGIN " + "PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 3,
    "a key of a cloud": "LTAI" + "5tQeLrTYq2wXm9ZpKdVb",
    "a token of a code host": "ghp_" + "a1B2c3D4e5" * 4,
    "a token of an interface": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "a signed token": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "a key of ours": '"secret_key": "' + "0f" * 32 + '"',
    "a password in an address": "postgresql://casework:" + "Tr0ub4dor3@db.lingchuan.edu.cn/casework",
}
PASSWORD = "geheim-4711"
DATABASE = f"postgresql://casework:{PASSWORD}@127.0.0.1:9/casework?connect_timeout=2"


def tracked():
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607
    return [ROOT / name for name in listing.stdout.decode().split("\0") if name]


def found_in(text):
    hits = ((what, hit[0]) for what, pattern in SECRETS.items() for hit in re.finditer(pattern, text))
    return {what for what, hit in hits if what == "a key of ours" or not INVENTED.search(hit)}


def test_nothing_secret_lies_in_the_repository():
    told = {}
    for path in tracked():
        if path.suffix in TEXT and path.is_file() and path.stat().st_size < 2 << 20:
            here = found_in(path.read_text(encoding="utf-8", errors="replace"))
            if here:
                told[path.relative_to(ROOT).as_posix()] = here
    assert told == {}


def test_no_file_that_holds_keys_is_kept_in_the_repository():
    names = {path.name for path in tracked()}
    assert names & {"keys.json", ".env", "id_rsa", "id_ed25519", "casework.env"} == set()
    assert [name for name in names if name.endswith((".pfx", ".p12", ".key", ".sqlite3", ".dump"))] == []


def test_the_search_finds_what_it_looks_for():
    for what, text in PLANTED.items():
        assert what in found_in(text), what


@pytest.mark.parametrize("url", [DATABASE, f"nonsense://u:{PASSWORD}@h/d", f"postgresql://u:{PASSWORD}@[/d"])
def test_a_database_that_cannot_be_reached_is_not_named_with_its_password(tmp_path, url):
    environ = {"PATH": os.environ["PATH"], "CASEWORK_DATA": str(tmp_path), "DATABASE_URL": url}
    command = [sys.executable, "-c", "from casework.cli.main import cli; cli(['check'])"]
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert PASSWORD not in ended.stdout + ended.stderr


def test_a_page_and_the_log_say_no_secret_when_the_database_goes_away(app_with_doors, caplog):
    settings = replace(app_with_doors.extensions["casework"], database_url=DATABASE, testing=False)
    app_with_doors.extensions["casework"] = settings

    @app_with_doors.get("/away")
    def away():
        raise OperationalError("SELECT 1", {}, ConnectionError(f"could not connect: {DATABASE}"))

    @app_with_doors.get("/broken")
    def broken():
        raise RuntimeError(f"a fault of ours: {settings}")

    client = app_with_doors.test_client()
    with caplog.at_level(logging.DEBUG):
        texts = [client.get(path).text for path in ("/away", "/broken", "/api/v1/me")]
    secrets = [PASSWORD, settings.secret_key, settings.index_key.hex(), repr(settings.index_key)]
    assert [secret for secret in secrets for text in [*texts, caplog.text] if secret in text] == []
    db.session.rollback()
