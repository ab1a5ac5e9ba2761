import json
import stat
from datetime import timedelta

import pytest

from casework.config import LOOPBACK, load, mark_demo
from casework.errors import Unavailable


def read(folder, **more):
    return load({"CASEWORK_DATA": str(folder), **more})


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_makes_keys_that_later_starts_find(tmp_path):
    first, second = read(tmp_path / "data"), read(tmp_path / "data")
    assert first == second
    assert [len(key) for key in first.sealing_keys.values()] == [32]
    assert len({first.index_key, *first.sealing_keys.values()}) == 2


def test_keys_and_folders_are_readable_by_the_service_alone(tmp_path):
    settings = read(tmp_path / "data")
    assert mode(settings.data_dir / "keys.json") == 0o600
    assert {mode(folder) for folder in (settings.files_dir, settings.staging_dir)} == {0o700}


def test_a_virus_scanner_is_named_by_the_environment_or_there_is_none(tmp_path):
    assert [read(tmp_path).clamd, read(tmp_path, CASEWORK_CLAMD=" tcp://h:1 ").clamd] == ["", "tcp://h:1"]


def test_proxies_are_named_as_addresses_or_networks_this_machine_is_always_one_and_a_slip_stops_the_start(tmp_path):
    told = {"CASEWORK_DATA": str(tmp_path)}
    assert load(told).proxies == LOOPBACK
    named = load(told | {"CASEWORK_PROXIES": "10.0.0.5, 10.1.0.7/24,"}).proxies
    assert [str(each) for each in named[len(LOOPBACK) :]] == ["10.0.0.5/32", "10.1.0.0/24"]
    with pytest.raises(Unavailable, match="CASEWORK_PROXIES"):
        load(told | {"CASEWORK_PROXIES": "caddy"})


def test_two_installations_have_different_keys(tmp_path):
    assert read(tmp_path / "a").index_key != read(tmp_path / "b").index_key


def test_every_key_of_the_file_opens_and_the_last_one_seals(tmp_path):
    read(tmp_path)
    path = tmp_path / "keys.json"
    keys = json.loads(path.read_text())
    keys["sealing_keys"]["k2"] = "00" * 32
    path.write_text(json.dumps(keys))
    assert list(read(tmp_path).sealing_keys) == ["k1", "k2"]


def test_a_data_folder_that_cannot_be_used_is_named_with_what_to_do(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(Unavailable, match="CASEWORK_DATA") as refusal:
        read(blocked / "data")
    assert refusal.value.params["path"] == str(blocked / "data")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////tmp/x", "sqlite:////tmp/x"),
    ],
)
def test_a_database_is_reached_by_the_driver_that_we_have(tmp_path, given, expected):
    assert read(tmp_path, DATABASE_URL=given).database_url == expected


@pytest.mark.parametrize(
    ("environ", "channels"),
    [
        ({}, ("inbox", "console")),
        ({"SMTP_HOST": "mail.example.edu"}, ("inbox", "smtp")),
        ({"CASEWORK_CHANNELS": "inbox"}, ("inbox",)),
    ],
)
def test_messages_leave_by_what_is_set_up(tmp_path, environ, channels):
    assert read(tmp_path, **environ).channels == channels


def test_each_channel_finds_what_begins_with_its_name_and_shows_no_secret(tmp_path):
    settings = read(
        tmp_path, ALIYUN_KEY_SECRET="geheim", TENCENT_APP_ID="1400006666", WEBHOOK_URL_OA="https://oa.example.edu"
    )
    assert settings.aliyun == {"key_secret": "geheim"}
    assert settings.tencent == {"app_id": "1400006666"}
    assert settings.webhook == {"url_oa": "https://oa.example.edu"}
    assert settings.wecom == {}
    assert "geheim" not in repr(settings)
    assert settings.channels == ("inbox", "console")  # a channel is used when it is named, not when it could be


SECRETS = (
    "DATABASE_URL",
    "MIGRATION_DATABASE_URL",
    "REDIS_URL",
    "CASEWORK_SECRET_KEY",
    "SMTP_PASSWORD",
    "WECOM_SECRET",
)
SECRETS += ("CASEWORK_METRICS_TOKEN", "RECEIPTS_ALIYUN", "CASEWORK_LEAD_MAILBOX", "SENDING_X", "TENCENT_KEY")


def test_what_is_printed_of_settings_shows_no_secret_whatever_holds_one(tmp_path):
    settings = read(tmp_path, **{name: f"redis://u:geheim-{name}@h/1" for name in SECRETS})
    kept = json.loads((tmp_path / "keys.json").read_text())
    own = [settings.secret_key, kept["index_key"], *kept["sealing_keys"].values(), repr(settings.index_key)]
    assert [each for each in ["geheim", *own] if each in repr(settings)] == []


def test_names_of_this_service_are_read_and_limits_hold_until_somebody_says_that_they_do_not(tmp_path):
    settings = read(tmp_path, CASEWORK_HOSTS=" Casework.example.edu, 10.0.0.5,", CASEWORK_RATE_LIMITS="off")
    assert (settings.hosts, settings.rate_limits) == (("casework.example.edu", "10.0.0.5"), False)
    assert (read(tmp_path).hosts, read(tmp_path).rate_limits) == ((), True)


def test_cookies_are_secure_where_the_address_is(tmp_path):
    assert not read(tmp_path).secure_cookies
    assert read(tmp_path, CASEWORK_BASE_URL="https://casework.example.edu/").secure_cookies


def test_a_demonstration_sends_nothing_out_and_lives_in_its_own_time(tmp_path):
    read(tmp_path)
    mark_demo(tmp_path, clock_offset=timedelta(days=-3))
    settings = read(tmp_path, SMTP_HOST="mail.example.edu")
    assert settings.demo
    assert settings.clock_offset == timedelta(days=-3)
    assert "smtp" not in settings.channels
