# ruff: noqa: ARG002, ARG005, C901, PLR0911 - methods as the library calls them, a fault a line
"""The provider itself: `python -m tests.support.oidc_server PORT`.

Code flow, PKCE and the ID token are Authlib's; what differs from an honest
provider is what a test has told it to get wrong.
"""

import base64
import hmac
import json
import logging
import sys
import time
from dataclasses import dataclass, field
from types import SimpleNamespace

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from tests.support.oidc_provider import CLIENT, HOST, SECRET

KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
STRANGER = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})


@dataclass
class Told:
    login: str = "nobody"
    subject: str = "s-1"
    amr: list = field(default_factory=list)
    fault: str = ""
    keys: list = field(default_factory=lambda: [KEY])


TOLD = Told()
CODES: dict[str, SimpleNamespace] = {}


class Client(ClientMixin):
    """The one client that this provider knows."""

    def get_client_id(self):
        return CLIENT

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri.endswith("/login/oidc/back")

    def check_client_secret(self, client_secret):
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_basic"

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type == "authorization_code"


class Code(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]  # noqa: RUF012 - as the library asks for it

    def save_authorization_code(self, code, request):
        data, back, scope = request.payload.data, request.payload.redirect_uri, request.payload.scope
        nonce = data.get("nonce")
        CODES[code] = SimpleNamespace(
            code=code,
            nonce=nonce,
            code_challenge=data.get("code_challenge"),
            code_challenge_method=data.get("code_challenge_method"),
            get_redirect_uri=lambda: back,
            get_scope=lambda: scope,
            get_nonce=lambda: nonce,
            get_auth_time=lambda: int(time.time()),
            get_acr=lambda: None,
            get_amr=lambda: TOLD.amr or None,
        )

    def query_authorization_code(self, code, client):
        return CODES.get(code)

    def delete_authorization_code(self, authorization_code):
        if TOLD.fault != "code twice":
            CODES.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code):
        return TOLD


class IdToken(OpenIDCode):
    def exists_nonce(self, nonce, request):
        return False

    def get_jwt_config(self, grant):
        return {"key": KEY, "alg": "RS256", "iss": issuer(), "exp": 300}

    def generate_user_info(self, user, scope):
        named = {} if TOLD.fault in ("only at userinfo", "userinfo of another") else {"preferred_username": TOLD.login}
        return UserInfo(sub=TOLD.subject, **named)

    def process_token(self, grant, response):
        token = super().process_token(grant, response)
        token["id_token"] = spoilt(token["id_token"])
        return token


def issuer():
    return request.host_url.rstrip("/")


def spoilt(token):
    """Return the token with what the test told the provider to get wrong."""
    claims = dict(jwt.decode(token, KEY).claims)
    now = int(time.time())
    changes = {
        "expired": {"exp": now - 3600, "iat": now - 3900},
        "a minute slow": {"exp": now - 30, "iat": now - 330},
        "not yet": {"iat": now + 3600, "exp": now + 7200},
        "other audience": {"aud": "somebody-else"},
        "two audiences": {"aud": [CLIENT, "somebody-else"]},
        "other presenter": {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
        "other issuer": {"iss": "https://elsewhere.example"},
        "other nonce": {"nonce": "of somebody else"},
        "no login": {"preferred_username": ""},
        "no subject": {"sub": ""},
        "no end": {"exp": None},
    }
    if TOLD.fault == "algorithm none":
        return unsigned(claims)
    if TOLD.fault == "public key as secret":
        return signed_with_public_key(claims)
    if TOLD.fault == "stranger's key":
        return signed(claims, STRANGER, "RS256")
    if TOLD.fault == "unknown key":
        return signed(claims, RSAKey.generate_key(2048, {"kid": "k9"}), "RS256")
    if TOLD.fault == "new key":
        TOLD.keys = [KEY, RSAKey.generate_key(2048, {"kid": f"new {now}"})]
        return signed(claims, TOLD.keys[1], "RS256")
    if TOLD.fault == "rubbish":
        return "rubbish"
    return signed(claims | changes[TOLD.fault], KEY, "RS256") if TOLD.fault in changes else token


def signed(claims, key, algorithm):
    return jwt.encode({"alg": algorithm, "kid": key.kid or "k1"}, claims, key, algorithms=[algorithm])


def unsigned(claims):
    return ".".join(packed(json.dumps(part).encode()) for part in ({"alg": "none", "kid": "k1"}, claims)) + "."


def signed_with_public_key(claims):
    """Sign as somebody does who knows no more than the public key, and hopes that it is taken for a shared secret."""
    said = ".".join(packed(json.dumps(part).encode()) for part in ({"alg": "HS256", "kid": "k1"}, claims))
    return f"{said}.{packed(hmac.digest(KEY.as_pem(private=False), said.encode(), 'sha256'))}"


def packed(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def create() -> Flask:
    app = Flask(__name__)
    server = AuthorizationServer(
        app,
        query_client=lambda client_id: Client() if client_id == CLIENT else None,
        save_token=lambda token, _request: None,
    )
    server.register_grant(Code, [IdToken(require_nonce=True), CodeChallenge(required=True)])

    @app.get("/ready")
    def ready():
        return "ready"

    @app.post("/told")
    def told():
        fresh = Told(**request.get_json())
        for name in ("login", "subject", "amr", "fault"):
            setattr(TOLD, name, getattr(fresh, name))
        return ""

    @app.get("/.well-known/openid-configuration")
    def discovery():
        if TOLD.fault == "down":
            return "down", 503
        where = issuer()
        said = {
            "issuer": "https://elsewhere.example" if TOLD.fault == "discovery of another" else where,
            "authorization_endpoint": f"{where}/authorize",
            "token_endpoint": f"{where}/token",
            "jwks_uri": f"{where}/keys",
            "userinfo_endpoint": f"{where}/userinfo",
            "end_session_endpoint": f"{where}/leave",
        }
        return jsonify(said)

    @app.get("/authorize")
    def authorize():
        if TOLD.fault == "denied":
            asked = request.args
            return redirect(f"{asked['redirect_uri']}?error=access_denied&state={asked['state']}")
        return server.create_authorization_response(grant=server.get_consent_grant(end_user=TOLD), grant_user=TOLD)

    @app.post("/token")
    def token():
        if TOLD.fault == "token endpoint down":
            return "down", 502
        if TOLD.fault == "a page instead of tokens":
            return "<html>", 200
        return server.create_token_response()

    @app.get("/keys")
    def keys():
        return jsonify({"keys": [key.as_dict(private=False) for key in TOLD.keys]})

    @app.get("/userinfo")
    def userinfo():
        subject = "another" if TOLD.fault == "userinfo of another" else TOLD.subject
        return jsonify({"sub": subject, "preferred_username": TOLD.login})

    @app.get("/leave")
    def leave():
        return "left"

    return app


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    make_server(HOST, int(sys.argv[1]), create(), threaded=True).serve_forever()
