"""Every route is guarded, or is named here as open to everybody.

The mark on the view says that somebody thought of it; the request without a
session or a token shows that the guard is really there.
"""

from werkzeug.routing import Rule

OPEN = {
    "static",
    "web.home",
    "web.login",
    "web.second",
    "web.elsewhere",  # where no provider is set they do not exist: tests/casework/web/test_elsewhere.py
    "web.elsewhere_back",
    "web.welcome",  # the secret in the address is the right: tests/casework/web/test_welcome.py
    "web.passkey",
    "web.answer",
    "web.demo_phones",  # in demonstrations alone: tests/casework/web/test_demo_phones.py
    "web.answer_take",
    "web.calendar",
    "web.unsubscribe",
    "web.unsubscribe_end",
    "web.report_public",
    "web.report_key",
    "web.report_step",
    "web.report_answer",
    "web.receipt_public",
    "web.receipt_again",
    "web.receipt_act",
    "api.openapi_json",
    "api.try_it",
    "health.live",
    "health.ready",
    "receipts.take",
}
OPEN |= {"health.metrics"}  # to this machine alone, or for its own token: tests/casework/api/test_metrics.py
TURNED_AWAY = {401, 403}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def guarded_rules(app) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN
        for method in METHODS
        if method in rule.methods
    ]


def address(rule: Rule) -> str:
    """Build an address of this rule, with a one in every place."""
    values = dict.fromkeys(rule.arguments, "1")
    _, path = rule.build(values, append_unknown=False)
    return path


def is_guarded(view, method: str) -> bool:
    """Look for the mark on a function, or on a class of methods, or on the one method."""
    owner = getattr(view, "view_class", None)
    places = [view, owner, getattr(owner, method.lower(), None)]
    return any(getattr(place, "is_guarded", False) for place in places)


def turns_visitors_away(response) -> bool:
    to_login = response.status_code == 302 and "next=" in response.headers["Location"]
    return response.status_code in TURNED_AWAY or to_login


def test_every_route_bears_the_mark_of_its_guard(app):
    bare = [f"{m} {rule}" for rule, m in guarded_rules(app) if not is_guarded(app.view_functions[rule.endpoint], m)]
    assert bare == []


def test_a_visitor_gets_nothing_from_a_guarded_route(app, client):
    app.config["WTF_CSRF_METHODS"] = frozenset()  # its refusal would hide that there is no guard behind it
    served = {}
    for rule, method in guarded_rules(app):
        response = client.open(address(rule), method=method)
        if not turns_visitors_away(response):
            served[f"{method} {rule}"] = response.status
    assert served == {}


def test_every_open_route_exists(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= OPEN


def test_these_inspections_see_a_route_without_a_guard(app):
    app.add_url_rule("/bare", endpoint="bare", view_func=lambda: "everything")
    assert not is_guarded(app.view_functions["bare"], "GET")
    assert not turns_visitors_away(app.test_client().get("/bare"))
