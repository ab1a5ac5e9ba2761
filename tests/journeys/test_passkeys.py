"""Passkeys and sessions at a real browser: Chromium's own virtual device makes the keys and signs with them."""

import re
import socket
import threading
from dataclasses import replace

import pytest
from werkzeug.serving import make_server

from casework.app import create_app
from casework.db import db
from casework.doors.unit import unit_of_work
from tests.casework.factories import PASSWORD, make_person, make_tree
from tests.journeys.service import QuietHandler
from tests.journeys.visitor import Visitor

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
MINUTE = 60_000


@pytest.fixture
def door(settings):
    """Return the address of the service, by its name, and the account of somebody who works there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://localhost:{port}"
    app = create_app(replace(settings, base_url=address))
    with app.app_context(), unit_of_work():
        login = make_person("investigator", make_tree().university, password=PASSWORD).login
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield address, login
    server.shutdown()
    thread.join(10)
    server.server_close()
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def with_device(visitor):
    """Give the visitor's browser a device that makes passkeys; return how to reach it."""
    wire = visitor.page.context.new_cdp_session(visitor.page)
    wire.send("WebAuthn.enable")
    return wire, wire.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]


def leave(visitor):
    visitor.open("/me")
    visitor.send(visitor.form("/logout").first, "退出登录")


def test_a_passkey_is_registered_lets_in_alone_and_stands_beside_the_password(browser, door):
    address, login = door
    visitor = Visitor(browser, address)
    wire, device = with_device(visitor)
    visitor.sign_in(login, PASSWORD)
    visitor.open("/me/factors")
    visitor.send(visitor.form("/me/factors/passkey"), "登记通行密钥", name="办公室电脑")
    assert "请收好这10个恢复码" in visitor.says()
    assert len(wire.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]) == 1
    leave(visitor)

    visitor.send(visitor.form("/login/passkey"), "用通行密钥登录")
    assert visitor.page.url.endswith("/queue")
    leave(visitor)

    visitor.send(visitor.form("/login").first, "登录", login=login, password=PASSWORD)
    assert "第二重验证" in visitor.says()
    visitor.send(visitor.form("/login/second").first, "用通行密钥验证")
    assert visitor.page.url.endswith("/queue")
    leave(visitor)

    wire.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    visitor.page.get_by_role("button", name="用通行密钥登录").click()
    visitor.page.locator("[data-failed]").wait_for(state="visible")
    assert visitor.page.url.endswith("/login")


def test_without_script_passkeys_stay_hidden_and_codes_work(browser, door):
    address, login = door
    visitor = Visitor(browser, address, script=False)
    visitor.sign_in(login, PASSWORD)
    visitor.open("/me/factors")
    assert not visitor.form("/me/factors/passkey").is_visible()
    visitor.send(visitor.form("/me/factors/totp"))
    assert re.search(r"\b[A-Z2-7]{4}( [A-Z2-7]{4}){7}\b", visitor.says())
    assert "验证码不正确" in visitor.refused(visitor.form("/me/factors/totp-confirm"), code="000000")


def test_three_minutes_before_the_end_one_may_stay_and_typed_words_remain(browser, door):
    address, login = door
    visitor = Visitor(browser, address)
    visitor.page.clock.install()
    visitor.sign_in(login, PASSWORD)
    visitor.open("/me")
    warning = visitor.page.locator("#stay")
    visitor.page.fill("#f-present", "typed before the warning")
    visitor.page.clock.fast_forward(26 * MINUTE)
    assert not warning.is_visible()
    visitor.page.clock.fast_forward(2 * MINUTE)
    assert "自动退出登录" in warning.inner_text()
    visitor.page.get_by_role("button", name="继续使用").click()
    warning.wait_for(state="hidden")
    assert visitor.page.input_value("#f-present") == "typed before the warning"
    visitor.page.clock.fast_forward(31 * MINUTE)
    visitor.page.clock.fast_forward(4 * MINUTE)
    assert "登录已经结束" in warning.inner_text()
    assert visitor.faults == []
