"""The door for pushes: a secret in the address, whole pushes only, nothing in the log, and not too many at once."""

import json
import logging
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from casework.api import receipts
from casework.api.receipts import BURST, LONGEST_BODY, Bucket
from casework.app import create_app
from casework.db import db
from casework.notices.models import ReceiptInbox
from tests.notifications.channels.test_pushed import (
    ALIYUN_REPLY,
    ALIYUN_REPORT,
    NUMBER,
    TENCENT_REPLY,
    TENCENT_REPORT,
)
from tests.support.application import inside

SECRETS = {"aliyun": "a" * 32, "tencent": "t" * 32}


@pytest.fixture
def provider(settings):
    """Return how a provider calls this installation."""
    with inside(create_app(replace(settings, receipts=SECRETS))) as app:
        yield app.test_client()


def push(client, name, body, *, secret=None, **rest):
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    address = f"/receipts/{name}/{SECRETS.get(name, 'x' * 32) if secret is None else secret}"
    return client.post(address, data=data, content_type="application/json", **rest)


def landed():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(ReceiptInbox))


@pytest.mark.parametrize(
    ("name", "body", "answer", "number"),
    [
        ("aliyun", [ALIYUN_REPORT, ALIYUN_REPLY], {"code": 0, "msg": "成功"}, 2),
        ("tencent", [TENCENT_REPORT], {"result": 0, "errmsg": "OK"}, 1),
        ("tencent", TENCENT_REPLY, {"result": 0, "errmsg": "OK"}, 1),
    ],
)
def test_a_push_lands_and_is_answered_as_its_provider_asks(provider, name, body, answer, number):
    told = push(provider, name, body)
    assert (told.status_code, told.json) == (200, answer)
    assert landed() == number
    assert push(provider, name, body).status_code == 200
    assert landed() == number


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"[1]", [ALIYUN_REPORT, {"x": 1}], [TENCENT_REPORT], b"\xff", [ALIYUN_REPORT | {"success": 1}]],
)
def test_what_is_not_whole_is_refused_and_leaves_nothing(provider, body):
    told = push(provider, "aliyun", body)
    assert (told.status_code, told.json["code"]) == (400, 1)
    assert landed() == 0


@pytest.mark.parametrize(
    ("name", "secret"),
    [("aliyun", "b" * 32), ("aliyun", "a" * 31), ("aliyun", "é" * 32), ("tencent", "a" * 32), ("smtp", "a" * 32)],
)
def test_a_wrong_secret_is_an_address_that_does_not_exist(provider, name, secret):
    told, nowhere = push(provider, name, [ALIYUN_REPORT], secret=secret), provider.post("/nowhere/at/all")
    assert told.status_code == 404
    assert landed() == 0
    assert told.content_type == nowhere.content_type


def test_without_a_secret_or_with_a_short_one_the_door_is_shut(settings):
    for known in ({}, {"aliyun": ""}, {"aliyun": "short"}):
        with inside(create_app(replace(settings, receipts=known))) as app:
            for secret in ("short", "a" * 32):
                assert push(app.test_client(), "aliyun", [ALIYUN_REPORT], secret=secret).status_code == 404
            assert landed() == 0


def test_a_push_that_is_too_large_is_not_read(provider):
    assert push(provider, "aliyun", b"[" + b" " * LONGEST_BODY + b"]").status_code == 413
    assert landed() == 0


def test_it_is_only_pushed_to(provider):
    assert provider.get(f"/receipts/aliyun/{SECRETS['aliyun']}").status_code == 405


def test_nothing_of_a_push_stands_in_the_log(provider, caplog):
    with caplog.at_level(logging.DEBUG):
        push(provider, "aliyun", [ALIYUN_REPORT, ALIYUN_REPLY])
        push(provider, "aliyun", [ALIYUN_REPORT, {"phone_number": NUMBER}])
        push(provider, "aliyun", [ALIYUN_REPORT], secret="b" * 32)
    ours = " ".join(
        f"{record.name} {record.getMessage()}" for record in caplog.records if record.name.startswith("casework")
    )
    assert NUMBER not in ours
    assert SECRETS["aliyun"] not in ours


def test_a_flood_is_stopped_and_the_door_opens_again():
    seconds = [0.0]
    bucket = Bucket(now=lambda: seconds[0])
    assert sum(bucket.take() for _ in range(int(BURST) + 50)) == BURST
    seconds[0] = 1.0
    assert sum(bucket.take() for _ in range(100)) == receipts.A_SECOND


def test_a_flood_is_answered_429_and_leaves_nothing(provider, monkeypatch):
    monkeypatch.setattr(Bucket, "take", lambda _bucket: False)
    assert push(provider, "aliyun", [ALIYUN_REPORT]).status_code == 429
    assert landed() == 0
