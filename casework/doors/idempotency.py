"""Doing a thing once although it was asked for twice: the `Idempotency-Key` of a POST.

The same key with the same content gives the stored answer for a day; with
other content it is refused, because the program that sends it is confused.
Only answers that changed something are stored: a refusal changed nothing, and
asking again may find the rules satisfied.
"""

import hashlib
import json
from collections.abc import Callable
from typing import IO

from flask import Response, g, request

from casework import idempotency
from casework.errors import N_, Invalid

HEADER = "Idempotency-Key"
LONGEST = 128
KEPT_HEADERS = ("ETag", "Location", "Content-Type")


def once(work: Callable[[], Response], *, suffix: str = "") -> Response:
    """Do the work, or return the answer that the same request got before; call it inside the unit of work.

    `suffix` tells the parts of one request apart that are done one by one.
    """
    key = key_of_request()
    if key is None:
        return work()
    name = {"person_id": g.actor.id, "key": key + suffix}
    fingerprint = fingerprint_of_request()
    earlier = idempotency.claim(fingerprint=fingerprint, **name)
    if earlier is not None:
        return _again(earlier, fingerprint)
    answer = work()
    headers = {header: answer.headers[header] for header in KEPT_HEADERS if header in answer.headers}
    idempotency.keep({"status": answer.status_code, "headers": headers, "body": answer.get_data(as_text=True)}, **name)
    return answer


def key_of_request() -> str | None:
    """Return the key that came with the request; raise `Invalid` for one that cannot be kept."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise Invalid(
            N_("Idempotency-Key 须为 1 至 128 个可见的 ASCII 字符，没有保存任何内容。"), code="idempotency_key_invalid"
        )
    return key


def fingerprint_of_request() -> str:
    """Return what makes two requests the same: method, path, the version named, and the content."""
    parts = [request.method, request.full_path, request.headers.get("If-Match", "")]
    if request.mimetype == "multipart/form-data":
        parts.append(json.dumps(sorted(request.form.items(multi=True))))
        parts += [f"{name}:{upload.filename}:{_hash(upload.stream)}" for name, upload in sorted(request.files.items())]
    else:
        parts.append(json.dumps(request.get_json(silent=True), sort_keys=True))
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _hash(stream: IO[bytes]) -> str:
    digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    stream.seek(0)
    return digest


def _again(earlier: idempotency.IdempotencyKey, fingerprint: str) -> Response:
    if earlier.fingerprint != fingerprint or earlier.answer is None:
        raise Invalid(
            N_("这个 Idempotency-Key 已用于另一项请求，没有保存任何内容。请为新的请求换一个值。"),
            code="idempotency_key_reused",
        )
    answer = Response(earlier.answer["body"], earlier.answer["status"], earlier.answer["headers"])
    answer.headers["Idempotency-Replayed"] = "true"
    return answer
