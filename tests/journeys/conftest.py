"""The command line that these journeys go by."""

from tests.support.command_line import command_line

__all__ = ["command_line"]
