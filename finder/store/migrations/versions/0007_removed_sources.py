"""Sources that were removed and can be restored for a while.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("source", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back: one that was removed is there again, and is read by nobody until somebody asks for it."""
    op.drop_column("source", "removed_at")
