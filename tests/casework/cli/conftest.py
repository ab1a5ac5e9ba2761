"""The command line that these tests use, and the sample university as frames."""

from tests.casework.screening.conftest import screening, university
from tests.support.command_line import command_line

__all__ = ["command_line", "screening", "university"]
