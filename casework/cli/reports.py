"""Reports and filings from the terminal."""

COMMANDS = ()
