"""What hangs together, directly or through others: firms that share something, codes that are one employer."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence


def components(links: Iterable[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Return what is linked, directly or through others, each part sorted and the parts by their least."""
    root: dict[str, str] = {}

    def find(one: str) -> str:
        while root.setdefault(one, one) != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for link in links:
        for other in link[1:]:
            low, high = sorted((find(link[0]), find(other)))
            root[high] = low
    parts = defaultdict(list)
    for one in sorted(root):
        parts[find(one)].append(one)
    yield from (tuple(parts[least]) for least in sorted(parts))
