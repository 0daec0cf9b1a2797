"""Groups that are told from others by more than their words or became part of others, and corrected names of people.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("group", sa.Column("own", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("group", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_group_own"), "group", ["own"], unique=False)
    op.add_column("user_account", sa.Column("former_name", sa.String(length=64), nullable=True))
    op.add_column("user_account", sa.Column("renamed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("submission", sa.Column("group_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("submission", "group_id")
    op.drop_column("user_account", "renamed_at")
    op.drop_column("user_account", "former_name")
    op.drop_index(op.f("ix_group_own"), table_name="group")
    op.drop_column("group", "merged_into")
    op.drop_column("group", "own")
