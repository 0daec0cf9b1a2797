"""Refreshes count what their source tells beside its rows: service bodies and formats.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_WAITS_FOR_NOTHING_ELSE = """
UPDATE source_run SET state = CASE WHEN first_entry > 0 THEN 'partly' ELSE 'overtaken' END
WHERE state IN ('proposed', 'quarantined')
AND EXISTS (SELECT 1 FROM source_change WHERE run_id = source_run.id AND state = 'open' AND kind = 'beside')
AND NOT EXISTS (
  SELECT 1 FROM source_change WHERE run_id = source_run.id AND state = 'open' AND kind NOT IN ('beside', 'refused')
)
"""


def upgrade() -> None:
    """Go forward."""
    op.add_column("source_run", sa.Column("beside", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Go back."""
    op.execute(_WAITS_FOR_NOTHING_ELSE)
    op.execute("DELETE FROM source_change WHERE kind = 'beside'")
    op.drop_column("source_run", "beside")
