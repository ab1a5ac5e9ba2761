"""What a journey leaves behind outside its pages: addresses, titles, log lines, queue, browser, database, files."""

import json
import zlib
from collections.abc import Iterator, Mapping

from redis import Redis

from casework.models import metadata
from casework.sealing import SealedJSON, SealedText

STORED = """() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"""


class Leavings:
    """Places by name, each with everything that was found there as bytes."""

    def __init__(self) -> None:
        self.places: dict[str, list[bytes]] = {}

    def add(self, place: str, *found: object) -> None:
        texts = (each if isinstance(each, bytes) else str(each).encode() for each in found)
        self.places.setdefault(place, []).extend(texts)

    def watch(self, visitor) -> None:
        """Write down every address that this browser asks for, where it says that it came from, and every title."""
        visitor.page.on("request", lambda asked: self.add("addresses", asked.url, asked.headers.get("referer", "")))
        visitor.page.on("load", lambda page: self.add("titles", page.title()))

    def keep_browser(self, visitor) -> None:
        """Take what the browser would keep."""
        self.add("browser storage", visitor.page.evaluate(STORED), json.dumps(visitor.page.context.cookies()))

    def of(self, values: Mapping[str, str]) -> list[str]:
        """Return which of these values stand in which place."""
        return sorted(
            f"{place}: {name}"
            for place, texts in self.places.items()
            for name, value in values.items()
            if any(value.encode() in text or _escaped(value) in text for text in texts)
        )


def _escaped(value: str) -> bytes:
    return json.dumps(value).strip('"').encode()


def queued(client: Redis) -> Iterator[bytes]:
    """Go through every key of the queue server and everything under it; what is compressed is opened."""
    readers = {
        b"string": lambda key: [client.get(key)],
        b"hash": lambda key: [part for pair in client.hgetall(key).items() for part in pair],
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": lambda key: list(client.smembers(key)),
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"stream": lambda key: [repr(each).encode() for each in client.xrange(key)],
    }
    for key in client.scan_iter():
        yield key
        for value in readers[client.type(key)](key):
            yield value
            try:
                yield zlib.decompress(value)
            except zlib.error:
                continue


def sealed_columns() -> set[str]:
    """Return the columns of the database that are sealed."""
    return {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, SealedText | SealedJSON)
    }
