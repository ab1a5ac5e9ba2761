"""The command line and the running service that these journeys go by."""

from tests.journeys.service import service
from tests.support.command_line import command_line

__all__ = ["command_line", "service"]
