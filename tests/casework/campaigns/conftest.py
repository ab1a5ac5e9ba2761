"""August, for whoever asks about campaigns."""

from tests.casework.campaigns.august import august

__all__ = ["august"]
