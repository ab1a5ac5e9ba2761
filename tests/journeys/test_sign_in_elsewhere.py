"""Sign-in from another house at a real browser: there, back, in, out again, and out over there."""

import socket
import threading
from dataclasses import replace

import pytest
from werkzeug.serving import make_server

from casework.app import create_app
from casework.db import db
from casework.doors.unit import unit_of_work
from tests.casework.factories import make_person, make_tree
from tests.journeys.service import QuietHandler
from tests.journeys.visitor import Visitor
from tests.support.oidc_provider import CLIENT, SECRET, running


@pytest.fixture
def provider():
    with running() as found:
        yield found


@pytest.fixture
def door(settings, provider):
    """Return the address of the service; the person who is signed in at the provider works there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://localhost:{port}"
    told = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET, "label": "岭川大学统一身份认证"}
    app = create_app(replace(settings, base_url=address, oidc=told))
    with app.app_context(), unit_of_work():
        provider.tell(login=make_person("investigator", make_tree().university).login)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield address
    server.shutdown()
    thread.join(10)
    server.server_close()
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def test_somebody_comes_from_another_house_to_the_page_they_wanted_and_leaves_both(browser, door, provider):
    visitor = Visitor(browser, door)
    visitor.open("/journal")
    visitor.follow(visitor.page.get_by_role("link", name="岭川大学统一身份认证"))
    assert visitor.page.url == f"{door}/journal"
    visitor.open("/me")
    visitor.send(visitor.form("/logout").first, "退出登录")
    assert "统一身份认证仍然登录着" in visitor.says()
    assert visitor.faults == []
    visitor.page.get_by_role("link", name="退出统一身份认证").click()
    assert visitor.page.url.startswith(f"{provider.issuer}/leave")


def test_a_provider_that_is_wrong_leads_back_to_a_sentence_and_nobody_is_in(browser, door, provider):
    provider.tell(login="nobody", fault="stranger's key")
    visitor = Visitor(browser, door)
    visitor.open("/login")
    visitor.page.get_by_role("link", name="岭川大学统一身份认证").click()
    assert "签名无法核实" in visitor.says()
    assert visitor.page.locator('main form[action$="/login"]').count() == 1
    visitor.page.goto("/queue")
    assert "/login" in visitor.page.url
