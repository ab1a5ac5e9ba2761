import pytest

from casework.doors.elsewhere.provider_settings import is_safe, read_cas, read_oidc
from casework.errors import Unavailable

OIDC = {"issuer": "https://id.example.edu.cn", "client_id": "casework"}


def test_nothing_said_is_nothing_offered():
    assert read_oidc({}) is read_cas({}) is None
    assert read_oidc({"client_id": "casework"}) is None


def test_what_is_not_said_has_a_usual_value_and_the_secret_is_never_printed():
    read = read_oidc(OIDC | {"client_secret": "s3cret", "second_factor": "mfa, otp", "link": "off"})
    assert (read.claim, read.scope) == ("preferred_username", "openid profile")
    assert (read.strong, read.links) == ({"mfa", "otp"}, False)
    assert "s3cret" not in repr(read)
    assert read_oidc(OIDC | {"scope": "email openid"}).scope == "openid email"
    assert read_cas({"url": "https://cas.example.edu.cn/cas/"}).url == "https://cas.example.edu.cn/cas"


@pytest.mark.parametrize(
    "told",
    [
        OIDC | {"issuer": "http://id.example.edu.cn"},
        OIDC | {"issuer": "id.example.edu.cn"},
        OIDC | {"issuer": "https://id.example.edu.cn/?x=1"},
        {"issuer": OIDC["issuer"]},
    ],
)
def test_a_provider_that_cannot_be_believed_stops_the_start(told):
    with pytest.raises(Unavailable, match="OIDC_"):
        read_oidc(told)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://id.example.edu.cn/keys", True),
        ("http://127.0.0.1:8080/keys", True),
        ("http://localhost/keys", True),
        ("http://id.example.edu.cn/keys", False),
        ("https://user@id.example.edu.cn/keys", False),
        ("ftp://127.0.0.1/keys", False),
        ("http://[::1", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_https_or_this_machine_is_called(address, safe):
    assert is_safe(address) is safe
