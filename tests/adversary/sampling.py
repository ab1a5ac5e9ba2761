"""How much of everything is tried: all of it with `ADVERSARY=1` (`make adversary`), a fair sample otherwise."""

from tests.support.sharing import WHOLE


def sampled(everything, step):
    """Return all of a sequence, or every `step`th of it with its first and last; a prime falls into no step."""
    everything = list(everything)
    return everything if WHOLE else [*everything[:-1:step], *everything[-1:]]
