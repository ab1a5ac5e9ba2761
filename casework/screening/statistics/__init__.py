"""Statistics of the screening: pure functions, each with its source."""
