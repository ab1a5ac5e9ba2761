"""declare conflicts

Declared relations, who handles what above, and delegations that end (filled by its area).
"""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
