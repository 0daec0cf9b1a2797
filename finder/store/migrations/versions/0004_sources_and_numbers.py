"""Data sources with their refreshes, and the numbers by which BMLT clients know things.

Revision ID: 0004
Revises: 0003
"""

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

EXTRA_OF_AREAS = {"county", "entity", "entity_email", "entity_location", "entity_phone", "entity_url"}


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "public_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum("new", "change", "delete", name="shelfchange", native_enum=False, length=24), nullable=False
        ),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("bmlt_id", sa.Integer(), nullable=False),
        sa.Column("service_body_id", sa.Integer(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_change")),
    )
    op.create_index(op.f("ix_public_change_listing_id"), "public_change", ["listing_id"], unique=False)
    op.create_index(op.f("ix_public_change_revision"), "public_change", ["revision"], unique=False)
    op.create_table(
        "public_revision",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_public_revision")),
    )
    op.create_index(op.f("ix_public_revision_at"), "public_revision", ["at"], unique=False)
    op.create_table(
        "bmlt_format",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("source_number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("world_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("format_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["format_id"], ["format.id"], name=op.f("fk_bmlt_format_format_id_format")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_bmlt_format_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bmlt_format")),
        sa.UniqueConstraint("source_id", "source_number", name=op.f("uq_bmlt_format_source_id")),
    )
    op.create_index(op.f("ix_bmlt_format_format_id"), "bmlt_format", ["format_id"], unique=False)
    op.create_index(op.f("ix_bmlt_format_source_id"), "bmlt_format", ["source_id"], unique=False)
    op.create_table(
        "source_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "applied",
                "partly",
                "set_aside",
                "quarantined",
                "unchanged",
                "failed",
                "rolled_back",
                "overtaken",
                name="runstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("first_entry", sa.Integer(), nullable=False),
        sa.Column("last_entry", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_source_run_source_id_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_run")),
    )
    op.create_index("ix_source_run_source", "source_run", ["source_id", "id"], unique=False)
    op.create_index(op.f("ix_source_run_state"), "source_run", ["state"], unique=False)
    op.create_table(
        "bmlt_format_name",
        sa.Column("bmlt_format_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bmlt_format_id"],
            ["bmlt_format.id"],
            name=op.f("fk_bmlt_format_name_bmlt_format_id_bmlt_format"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("bmlt_format_id", "language", name=op.f("pk_bmlt_format_name")),
    )
    op.create_table(
        "source_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("new", "changed", "gone", "refused", name="changekind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("open", "applied", "set_aside", "rolled_back", name="changestate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("source_key", sa.String(length=255), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("meeting_revision", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("risks", sa.Text(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["source_run.id"], name=op.f("fk_source_change_run_id_source_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_change")),
    )
    op.create_index("ix_source_change_run", "source_change", ["run_id", "kind", "id"], unique=False)
    op.add_column("meeting", sa.Column("source_base", sa.Text(), nullable=True))
    op.add_column("meeting", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.add_column("meeting", sa.Column("bmlt_id", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("meeting", sa.Column("world_id", sa.String(length=64), nullable=False, server_default=""))
    op.execute("UPDATE meeting SET bmlt_id = id")
    op.create_index(op.f("ix_meeting_bmlt_id"), "meeting", ["bmlt_id"], unique=True)
    op.add_column("public_listing", sa.Column("bmlt_id", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("public_listing", sa.Column("world_id", sa.String(length=64), nullable=False, server_default=""))
    op.create_index(op.f("ix_public_listing_bmlt_id"), "public_listing", ["bmlt_id"], unique=False)
    op.add_column("service_body", sa.Column("description", sa.Text(), nullable=False, server_default=""))
    op.add_column("service_body", sa.Column("bmlt_id", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("service_body", sa.Column("world_id", sa.String(length=64), nullable=False, server_default=""))
    op.execute("UPDATE service_body SET bmlt_id = id")
    op.create_index(op.f("ix_service_body_bmlt_id"), "service_body", ["bmlt_id"], unique=True)
    op.add_column("source", sa.Column("program", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("source", sa.Column("service_body_id", sa.Integer(), nullable=True))
    op.add_column("source", sa.Column("region", sa.String(length=1024), nullable=False, server_default=""))
    op.add_column("source", sa.Column("zone", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("source", sa.Column("country", sa.String(length=2), nullable=False, server_default=""))
    op.add_column(
        "source",
        sa.Column(
            "policy",
            sa.Enum("publish", "publish_small", "propose", name="sourcepolicy", native_enum=False, length=24),
            nullable=False,
            server_default="propose",
        ),
    )
    op.add_column("source", sa.Column("field_rules", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("source", sa.Column("every_min", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("source", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("source", sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("source", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("source", sa.Column("words", sa.Text(), nullable=False, server_default=""))
    op.add_column("source", sa.Column("validators", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("source", sa.Column("payload_digest", sa.String(length=64), nullable=False, server_default=""))
    op.create_index(op.f("ix_source_due_at"), "source", ["due_at"], unique=False)
    op.create_index(op.f("ix_source_service_body_id"), "source", ["service_body_id"], unique=False)
    _tell_numbers()


def _tell_numbers() -> None:
    """Put the numbers, and what else is known of a listing, into the documents that are on the shelf already."""
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE public_listing SET bmlt_id = id"))
    connection.execute(
        sa.text(
            "INSERT INTO public_revision (revision, at) SELECT revision, changed_at FROM directory_revision"
            " WHERE changed_at IS NOT NULL"
        )
    )
    listings = connection.execute(
        sa.text(
            "SELECT p.id, p.document, m.extra FROM public_listing p JOIN meeting m ON m.id = p.id"
            " WHERE p.document <> ''"
        )
    ).all()
    rows = []
    for number, text, extra in listings:
        document = orjson.loads(text)
        hidden = (document["location"] or {}).get("address_visibility") == "area"
        demo = document.pop("demo")
        told = {name: text for name, text in orjson.loads(extra).items() if not hidden or name in EXTRA_OF_AREAS}
        document |= {"bmlt_id": number, "world_id": "", "extra": told, "demo": demo}
        rows.append({"number": number, "document": _written(document)})
    if rows:
        connection.execute(sa.text("UPDATE public_listing SET document = :document WHERE id = :number"), rows)
    bodies = connection.execute(sa.text("SELECT id, document FROM public_vocabulary WHERE kind = 'service_body'")).all()
    for number, text in bodies:
        document = orjson.loads(text) | {"description": "", "bmlt_id": number, "world_id": ""}
        connection.execute(
            sa.text("UPDATE public_vocabulary SET document = :document WHERE kind = 'service_body' AND id = :number"),
            {"number": number, "document": _written(document)},
        )


def _written(document: dict[str, object]) -> str:
    return orjson.dumps(document).decode()


def downgrade() -> None:
    """Go back."""
    op.drop_index(op.f("ix_source_service_body_id"), table_name="source")
    op.drop_index(op.f("ix_source_due_at"), table_name="source")
    op.drop_column("source", "payload_digest")
    op.drop_column("source", "validators")
    op.drop_column("source", "words")
    op.drop_column("source", "failures")
    op.drop_column("source", "looked_at")
    op.drop_column("source", "due_at")
    op.drop_column("source", "every_min")
    op.drop_column("source", "field_rules")
    op.drop_column("source", "policy")
    op.drop_column("source", "country")
    op.drop_column("source", "zone")
    op.drop_column("source", "region")
    op.drop_column("source", "service_body_id")
    op.drop_column("source", "program")
    op.drop_index(op.f("ix_service_body_bmlt_id"), table_name="service_body")
    op.drop_column("service_body", "world_id")
    op.drop_column("service_body", "bmlt_id")
    op.drop_column("service_body", "description")
    op.drop_index(op.f("ix_public_listing_bmlt_id"), table_name="public_listing")
    op.drop_column("public_listing", "world_id")
    op.drop_column("public_listing", "bmlt_id")
    op.drop_index(op.f("ix_meeting_bmlt_id"), table_name="meeting")
    op.drop_column("meeting", "world_id")
    op.drop_column("meeting", "bmlt_id")
    op.drop_column("meeting", "merged_into")
    op.drop_column("meeting", "source_base")
    op.drop_index("ix_source_change_run", table_name="source_change")
    op.drop_table("source_change")
    op.drop_table("bmlt_format_name")
    op.drop_index(op.f("ix_source_run_state"), table_name="source_run")
    op.drop_index("ix_source_run_source", table_name="source_run")
    op.drop_table("source_run")
    op.drop_index(op.f("ix_bmlt_format_source_id"), table_name="bmlt_format")
    op.drop_index(op.f("ix_bmlt_format_format_id"), table_name="bmlt_format")
    op.drop_table("bmlt_format")
    op.drop_index(op.f("ix_public_revision_at"), table_name="public_revision")
    op.drop_table("public_revision")
    op.drop_index(op.f("ix_public_change_revision"), table_name="public_change")
    op.drop_index(op.f("ix_public_change_listing_id"), table_name="public_change")
    op.drop_table("public_change")
