"""What the board counted lately where counting takes long: kept beside the cases, never instead of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework import clock
from casework.db import db


class BoardCount(db.Model):
    """The figures of one reach (`below:17`) and round as they stood at a moment; a job writes them anew."""

    __tablename__ = "board_counts"
    __table_args__ = (UniqueConstraint("round_id", "reach"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    reach: Mapped[str]
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)
    figures: Mapped[dict] = mapped_column(default=dict)
