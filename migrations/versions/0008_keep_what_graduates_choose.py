"""keep what graduates choose

What a graduate says should stand in the register is kept with their answer,
sealed; the language in which they read their page with its link. A receipt
code is shown once, so a lead remembers when.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("confirmations", sa.Column("corrections", sa.LargeBinary(), nullable=True))
    op.add_column("answer_links", sa.Column("language", sa.String(length=64), nullable=True))
    op.add_column("leads", sa.Column("code_shown_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column("leads", "code_shown_at")
    op.drop_column("answer_links", "language")
    op.drop_column("confirmations", "corrections")
