import ssl
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from notifications.channels.http_call import AddressForbidden, AnswerLost, Limits, NotSent, Request, call
from tests.support.http_stand_in import Mood, StandIn, running


class Echo(StandIn):
    said: object = "x" * 5000

    def answer_to(self, asked):
        self.carrier.append({"body": asked.body})
        return 200, self.said


@pytest.fixture
def server():
    with running(Echo()) as echo:
        yield echo


def test_an_answer_over_the_limit_is_cut_off(server):
    answer = call(Request("POST", server.url, body=b"{}"), limits=Limits(2, 1000))
    assert (answer.status, len(answer.body), answer.fields) == (200, 1000, {})


@pytest.mark.parametrize("mood", [Mood.DRIPS, Mood.TAKES_LATE])
def test_the_time_limit_is_for_the_whole_call(server, mood):
    """A socket's own time limit begins anew with every byte and would have waited for minutes."""
    server.moods.append(mood)
    begun = time.monotonic()
    with pytest.raises(AnswerLost):
        call(Request("POST", server.url), limits=Limits(0.3))
    assert time.monotonic() - begun < 2
    assert len(server.carrier) == 1


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http:///", "https://nowhere.invalid/", "http://127.0.0.1:1/"])
def test_whoever_cannot_be_reached_has_nothing(url):
    with pytest.raises(NotSent):
        call(Request("POST", url), limits=Limits(2))


def test_an_address_is_looked_at_before_it_is_connected_to(server):
    with pytest.raises(AddressForbidden):
        call(Request("POST", server.url), permit=lambda address: not address.is_loopback)
    assert server.asked == []


def test_no_environment_leads_a_call_elsewhere(server, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert call(Request("POST", server.url), limits=Limits(2)).status == 200


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    plain = serialization.NoEncryption()
    of_key = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(of_key + made.public_bytes(serialization.Encoding.PEM))
    return file


def test_a_certificate_of_somebody_else_is_refused_before_anything_is_said(tmp_path):
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    trusted = ssl.create_default_context(cafile=file)
    echo = Echo()
    with running(echo, tls=context):
        url = echo.url.replace("http://127.0.0.1", "https://localhost")
        assert call(Request("POST", url), limits=Limits(5), tls=trusted).status == 200
        with pytest.raises(NotSent):
            call(Request("POST", url), limits=Limits(5))
        with pytest.raises(NotSent):
            call(Request("POST", url.replace("localhost", "127.0.0.1")), limits=Limits(5), tls=trusted)
    assert len(echo.carrier) == 1
