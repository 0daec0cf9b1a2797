"""Acts that wait for a second moderator, and contacts that were removed.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "removed_contact",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("phone", sa.String(length=255), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_removed_contact_group_id_group"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removed_contact")),
    )
    op.create_index(op.f("ix_removed_contact_group_id"), "removed_contact", ["group_id"], unique=False)
    op.create_table(
        "wide_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("seen", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=1024), nullable=False),
        sa.Column("listings", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("waiting", "done", "called_off", name="bulkstatus", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["user_account.id"], name=op.f("fk_wide_act_asked_by_user_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_wide_act_decided_by_user_account"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wide_act")),
    )
    op.create_index(op.f("ix_wide_act_status"), "wide_act", ["status"], unique=False)
    op.drop_index(op.f("ix_submission_queue"), table_name="submission")
    op.create_index(
        "ix_submission_queue",
        "submission",
        ["status", "waiting_since", "meeting_id", "service_body_id", "kind", "revision"],
        unique=False,
    )
    if op.get_bind().dialect.name == "sqlite":  # there a number could be given a second time
        with op.batch_alter_table("contact", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_submission_queue", table_name="submission")
    op.create_index(
        op.f("ix_submission_queue"),
        "submission",
        ["status", "waiting_since", "meeting_id", "service_body_id", "kind"],
        unique=False,
    )
    op.drop_index(op.f("ix_wide_act_status"), table_name="wide_act")
    op.drop_table("wide_act")
    op.drop_index(op.f("ix_removed_contact_group_id"), table_name="removed_contact")
    op.drop_table("removed_contact")
