"""A CAS server, protocol 3.0: `python -m tests.support.cas_server PORT`.

It gives tickets and validates each once for the service that it was given for;
what it shall get wrong is told as to the other provider.
"""

import logging
import secrets
import sys
from xml.sax.saxutils import escape

from flask import Flask, Response, redirect, request
from werkzeug.serving import make_server

from tests.support.oidc_provider import HOST

SPACE = "http://www.yale.edu/tp/cas"
TOLD = {"login": "nobody", "subject": "nobody", "amr": [], "fault": ""}
TICKETS: dict[str, str] = {}
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def answer(inside: str, *, before: str = "") -> Response:
    body = f'{before}<cas:serviceResponse xmlns:cas="{SPACE}">{inside}</cas:serviceResponse>'
    return Response(body, mimetype="application/xml")


def success(user: str) -> str:
    amr = "".join(f"<cas:authenticationContext>{escape(each)}</cas:authenticationContext>" for each in TOLD["amr"])
    return (
        f"<cas:authenticationSuccess><cas:user>{escape(user)}</cas:user>"
        f"<cas:attributes><cas:employeeNumber>{escape(TOLD['login'])}</cas:employeeNumber>{amr}</cas:attributes>"
        "</cas:authenticationSuccess>"
    )


FAILURE = '<cas:authenticationFailure code="INVALID_TICKET">not known</cas:authenticationFailure>'


def validated(user: str) -> Response:  # noqa: PLR0911 - a fault a line
    match TOLD["fault"]:
        case "entities":
            return answer(success("&b;"), before=BOMB)
        case "outside entity":
            return answer(success("&a;"), before=OUTSIDE)
        case "two users":
            return answer(success(user).replace("</cas:user>", "</cas:user><cas:user>another</cas:user>"))
        case "success and failure":
            return answer(success(user) + FAILURE)
        case "other namespace":
            return Response(answer(success(user)).get_data(as_text=True).replace(SPACE, "urn:other"))
        case "rubbish":
            return Response("rubbish")
        case "no user":
            return answer(success(""))
        case _:
            return answer(success(user))


def create() -> Flask:
    app = Flask(__name__)

    @app.get("/ready")
    def ready():
        return "ready"

    @app.post("/told")
    def told():
        TOLD.update({"login": "nobody", "subject": "nobody", "amr": [], "fault": ""} | request.get_json())
        return ""

    @app.get("/login")
    def login():
        ticket = f"ST-{secrets.token_hex(12)}"
        TICKETS[ticket] = request.args["service"]
        return redirect(f"{request.args['service']}&ticket={ticket}")

    @app.get("/p3/serviceValidate")
    def validate():
        if TOLD["fault"] == "down":
            return "down", 503
        keep = TOLD["fault"] == "ticket twice"
        given_for = TICKETS.get(request.args["ticket"]) if keep else TICKETS.pop(request.args["ticket"], None)
        if given_for != request.args["service"]:
            return answer(FAILURE)
        return validated(TOLD["subject"])

    @app.get("/logout")
    def logout():
        return "left"

    return app


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    make_server(HOST, int(sys.argv[1]), create(), threaded=True).serve_forever()
