"""Certificates as a test makes them: an authority of its own, and what it has signed for this machine."""

import asyncio
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Certificate:
    """Files: the server's certificate and key, and the authority that signed it."""

    chain: Path
    key: Path
    authority: Path


def make_certificate(folder: Path, *, host: str = HOST) -> Certificate:
    """Write an authority and a certificate that it has signed for `host`."""
    folder.mkdir(parents=True, exist_ok=True)
    above, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _signed("Test authority", above, by=above, issuer="Test authority", authority=True)
    leaf = _signed(host, own, by=above, issuer="Test authority", authority=False)
    made = Certificate(folder / "server.pem", folder / "server.key", folder / "authority.pem")
    made.chain.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    made.authority.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    made.key.write_bytes(
        own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption_algorithm=plain)
    )
    return made


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    by: ec.EllipticCurvePrivateKey,
    issuer: str,
    authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        try:
            host: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            host = x509.DNSName(name)
        made = made.add_extension(x509.SubjectAlternativeName([host]), critical=False)
    return made.sign(by, hashes.SHA256())


@dataclass
class Terminator:
    """Takes TLS on `port` and passes on what was said; `reached` counts who came through."""

    port: int = 0
    reached: int = 0


@contextmanager
def terminating(port: int, certificate: Certificate) -> Iterator[Terminator]:
    """Put TLS before a server that speaks in the clear, for the length of the block."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.chain, certificate.key)
    made, ready, ended = Terminator(), threading.Event(), threading.Event()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.reached += 1
        behind_reader, behind = await asyncio.open_connection(HOST, port)
        try:
            await asyncio.gather(_pass_on(reader, behind), _pass_on(behind_reader, writer), return_exceptions=True)
        finally:
            writer.transport.abort()
            behind.transport.abort()

    async def serve() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # a client that turns away is no fault here
        async with await asyncio.start_server(meet, HOST, 0, ssl=context) as server:
            made.port = server.sockets[0].getsockname()[1]
            ready.set()
            await asyncio.to_thread(ended.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        ready.wait(10)
        yield made
    finally:
        ended.set()
        thread.join(10)


async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
    sink.close()
