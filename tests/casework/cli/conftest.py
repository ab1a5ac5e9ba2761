"""The command line that these tests use."""

from tests.support.command_line import command_line

__all__ = ["command_line"]
