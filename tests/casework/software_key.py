"""A passkey made of software: answers challenges as a device does, and can be told to lie."""

import hashlib
import json
import secrets

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url as b64
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class SoftwareKey:
    """One credential on one device; `count` is what it tells of how often it was used."""

    def __init__(self, *, origin="http://localhost", host="localhost"):
        self.origin, self.host = origin, host
        self.id, self.count = secrets.token_bytes(16), 0
        self._key = ec.generate_private_key(ec.SECP256R1())

    def register(self, options, *, origin=None):
        """Answer the question that makes a passkey."""
        point = self._key.public_key().public_numbers()
        public = encode_cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        about = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        told = {"fmt": "none", "attStmt": {}, "authData": self._authenticator(PRESENT | VERIFIED | ATTESTED) + about}
        client = self._client("webauthn.create", options, origin)
        return self._answer(clientDataJSON=client, attestationObject=encode_cbor(told))

    def sign(self, options, *, origin=None, verified=True, host=None):
        """Answer the question who is there."""
        self.count += 1
        said = self._authenticator(PRESENT | (VERIFIED if verified else 0), host)
        client = self._client("webauthn.get", options, origin)
        signature = self._key.sign(said + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=said, signature=signature)

    def _authenticator(self, flags, host=None):
        return hashlib.sha256((host or self.host).encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind, options, origin):
        challenge = json.loads(options)["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin or self.origin}).encode()

    def _answer(self, **parts):
        response = {name: b64(value) for name, value in parts.items()}
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response})
