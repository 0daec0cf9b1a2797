"""Stock formats that are told as a BMLT server told them.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("bmlt_format", sa.Column("told", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("bmlt_format", "told")
