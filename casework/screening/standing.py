"""The words of a comparison: a unit, its peer group, where it stands, and all of them together."""

from dataclasses import KW_ONLY, dataclass
from typing import Literal

from casework.screening.statistics.beta_binomial import Fit

Verdict = Literal["beyond", "warning", "inside", "small", "alone"]


@dataclass(frozen=True)
class Unit:
    """A unit with k marked among its n graduates.

    `peers` names its peer groups from the narrowest to the widest, `within` the
    units (as "level:key") that hold it whole, from the narrowest to the widest.
    """

    level: str
    key: str
    label: str
    n: int
    k: int
    peers: tuple[str, ...]
    within: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """Return the name by which findings call the unit."""
        return f"{self.level}:{self.key}"


@dataclass(frozen=True)
class Peer:
    """A peer group that was used: of how many units, around which share, with which scatter, for how many tests."""

    level: str
    name: str
    units: int
    persons: int
    centre: float
    phi: float
    tau2: float
    alpha: float
    beta: float
    tests: int

    @property
    def fit(self) -> Fit:
        """Return the beta-binomial of the group."""
        return Fit(self.alpha, self.beta)


@dataclass(frozen=True)
class Standing:
    """Where a unit stands among its peers.

    `verdict`: beyond (tail, q and excess all say so), warning (tail below 2.5 %
    only), inside, small (too few graduates, listed and not tested) or alone (no
    peer group is large enough: nothing can be said, `peer` is then empty and the
    figures about peers are None). Shares and limits lie in [0, 1], `expected` and
    `excess` are persons. `explained_by` names the units that say it instead.
    """

    unit: Unit
    _: KW_ONLY
    peer: str = ""
    peer_units: int = 0
    share: float
    expected_share: float | None = None
    expected: float | None = None
    excess: float | None = None
    tail: float | None = None
    q: float | None = None
    low95: float | None = None
    high95: float | None = None
    low998: float | None = None
    high998: float | None = None
    verdict: Verdict = "inside"
    explained_by: tuple[str, ...] = ()

    @property
    def chance(self) -> float:
        """Return the tail, 1 for a unit that was not tested."""
        return 1.0 if self.tail is None else self.tail

    @property
    def fell_back(self) -> bool:
        """Say whether the narrowest peer group was too small, so that a wider one had to do."""
        return bool(self.peer) and self.peer != self.unit.peers[0]

    @property
    def reported(self) -> bool:
        """Say whether this is the unit of which an excess is said."""
        return self.verdict == "beyond" and not self.explained_by


@dataclass(frozen=True)
class Comparison:
    """All standings in the order of the units given, the peer groups used, and the levels where nobody has peers."""

    standings: tuple[Standing, ...]
    peers: tuple[Peer, ...]
    silent: tuple[str, ...]

    @property
    def tests(self) -> int:
        """Return how many tails were weighed against each other."""
        return sum(peer.tests for peer in self.peers)
