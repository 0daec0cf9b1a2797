"""The register and the shelf.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("target_kind", sa.String(length=32), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("before_digest", sa.String(length=64), nullable=False),
        sa.Column("after_digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_target", "audit_entry", ["target_kind", "target_id"], unique=False)
    op.create_table(
        "directory_revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("vocabulary_revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_revision")),
    )
    op.create_table(
        "format",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bit", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "audience",
                "focus",
                "style",
                "topic",
                "openness",
                "language",
                "access",
                "venue",
                name="formatkind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_format")),
        sa.UniqueConstraint("bit", name=op.f("uq_format_bit")),
        sa.UniqueConstraint("slug", name=op.f("uq_format_slug")),
    )
    op.create_table(
        "group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("website", sa.String(length=2048), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("phone", sa.String(length=255), nullable=False),
        sa.Column("district", sa.String(length=255), nullable=False),
        sa.Column("venmo", sa.String(length=255), nullable=False),
        sa.Column("square", sa.String(length=255), nullable=False),
        sa.Column("paypal", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group")),
        sa.UniqueConstraint("key", name=op.f("uq_group_key")),
    )
    op.create_table(
        "location",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("formatted_address", sa.String(length=1024), nullable=False),
        sa.Column("street", sa.String(length=255), nullable=False),
        sa.Column("unit", sa.String(length=255), nullable=False),
        sa.Column("city", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=255), nullable=False),
        sa.Column("postal_code", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=255), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column(
            "precision",
            sa.Enum("exact", "approximate", "area", name="precision", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("access_notes", sa.Text(), nullable=False),
        sa.Column(
            "address_visibility",
            sa.Enum("public", "area", name="addressvisibility", native_enum=False, length=24),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("key", name=op.f("uq_location_key")),
    )
    op.create_table(
        "program",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("short_name", sa.String(length=64), nullable=False),
        sa.Column(
            "approach",
            sa.Enum("12-step", "smart", "other", name="approach", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("focus", sa.String(length=255), nullable=False),
        sa.Column("for_whom", sa.Text(), nullable=False),
        sa.Column("expect", sa.Text(), nullable=False),
        sa.Column("site", sa.String(length=2048), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
        sa.UniqueConstraint("slug", name=op.f("uq_program_slug")),
    )
    op.create_table(
        "public_listing",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("attendance", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("duration_min", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("special", sa.Boolean(), nullable=False),
        sa.Column("formats", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("service_body_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("city", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=255), nullable=False),
        sa.Column("country", sa.String(length=255), nullable=False),
        sa.Column("postal_code", sa.String(length=64), nullable=False),
        sa.Column("name_key", sa.String(length=255), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_listing")),
    )
    op.create_index(op.f("ix_public_listing_group_id"), "public_listing", ["group_id"], unique=False)
    op.create_index(op.f("ix_public_listing_location_id"), "public_listing", ["location_id"], unique=False)
    op.create_index(op.f("ix_public_listing_revision"), "public_listing", ["revision"], unique=False)
    op.create_index(op.f("ix_public_listing_slug"), "public_listing", ["slug"], unique=False)
    op.create_table(
        "public_slug",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=128), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slug", name=op.f("pk_public_slug")),
    )
    op.create_table(
        "public_vocabulary",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(length=128), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_public_vocabulary")),
    )
    op.create_index(op.f("ix_public_vocabulary_slug"), "public_vocabulary", ["slug"], unique=False)
    op.create_table(
        "region",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("slug", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("name_key", sa.String(length=255), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["region.id"], name=op.f("fk_region_parent_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("parent_id", "name_key", name=op.f("uq_region_parent_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_region_slug")),
    )
    op.create_index(op.f("ix_region_parent_id"), "region", ["parent_id"], unique=False)
    op.create_table(
        "retired_slug",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=128), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slug", name=op.f("pk_retired_slug")),
    )
    op.create_index("ix_retired_slug_target", "retired_slug", ["kind", "target_id"], unique=False)
    op.create_table(
        "service_body",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("slug", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("helpline", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["service_body.id"], name=op.f("fk_service_body_parent_id_service_body")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_body")),
        sa.UniqueConstraint("slug", name=op.f("uq_service_body_slug")),
    )
    op.create_index(op.f("ix_service_body_parent_id"), "service_body", ["parent_id"], unique=False)
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("name", name=op.f("uq_source_name")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("phone", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_contact_group_id_group"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_group_id"), "contact", ["group_id"], unique=False)
    op.create_table(
        "format_code",
        sa.Column("system", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("format_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["format_id"], ["format.id"], name=op.f("fk_format_code_format_id_format"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("system", "code", name=op.f("pk_format_code")),
    )
    op.create_index(op.f("ix_format_code_format_id"), "format_code", ["format_id"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("service_body_id", sa.Integer(), nullable=True),
        sa.Column(
            "attendance",
            sa.Enum("in_person", "online", "hybrid", name="attendance", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("temporarily_closed", sa.Boolean(), nullable=False),
        sa.Column(
            "recurrence",
            sa.Enum("weekly", "monthly", "once", "appointment", name="recurrencekind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=True),
        sa.Column("duration_min", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("interval_weeks", sa.Integer(), nullable=False),
        sa.Column("weeks_of_month", sa.String(length=16), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=True),
        sa.Column("last_date", sa.Date(), nullable=True),
        sa.Column("formats", sa.Text(), nullable=False),
        sa.Column("unmapped_types", sa.Text(), nullable=False),
        sa.Column("conference_url", sa.String(length=2048), nullable=False),
        sa.Column("conference_url_notes", sa.Text(), nullable=False),
        sa.Column("conference_phone", sa.String(length=255), nullable=False),
        sa.Column("conference_phone_notes", sa.Text(), nullable=False),
        sa.Column(
            "join_policy",
            sa.Enum("open", "on_request", name="joinpolicy", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("website", sa.String(length=2048), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("source_key", sa.String(length=255), nullable=True),
        sa.Column("source_digest", sa.String(length=64), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.CheckConstraint("duration_min BETWEEN 1 AND 1440", name=op.f("ck_meeting_duration_min")),
        sa.CheckConstraint(
            "start_minute IS NULL OR start_minute BETWEEN 0 AND 1439", name=op.f("ck_meeting_start_minute")
        ),
        sa.CheckConstraint("weekdays BETWEEN 0 AND 127", name=op.f("ck_meeting_weekdays")),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_meeting_group_id_group")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_meeting_location_id_location")),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_meeting_program_id_program")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_meeting_region_id_region")),
        sa.ForeignKeyConstraint(
            ["service_body_id"], ["service_body.id"], name=op.f("fk_meeting_service_body_id_service_body")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_meeting_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("slug", name=op.f("uq_meeting_slug")),
        sa.UniqueConstraint("source_id", "source_key", name=op.f("uq_meeting_source_id")),
    )
    op.create_index(op.f("ix_meeting_group_id"), "meeting", ["group_id"], unique=False)
    op.create_index(op.f("ix_meeting_location_id"), "meeting", ["location_id"], unique=False)
    op.create_index(op.f("ix_meeting_program_id"), "meeting", ["program_id"], unique=False)
    op.create_index(op.f("ix_meeting_region_id"), "meeting", ["region_id"], unique=False)
    op.create_index(op.f("ix_meeting_service_body_id"), "meeting", ["service_body_id"], unique=False)
    op.create_index(op.f("ix_meeting_source_id"), "meeting", ["source_id"], unique=False)
    op.create_table(
        "meeting_format",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("format_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["format_id"], ["format.id"], name=op.f("fk_meeting_format_format_id_format")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_format_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", "format_id", name=op.f("pk_meeting_format")),
    )
    op.create_index(op.f("ix_meeting_format_format_id"), "meeting_format", ["format_id"], unique=False)
    op.create_table(
        "override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("service_body_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "cancelled", "moved", "online_only", "other_time", name="overridekind", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=True),
        sa.Column("duration_min", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=1024), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN meeting_id IS NULL THEN 0 ELSE 1 END + CASE WHEN location_id IS NULL THEN 0 ELSE 1 END + CASE WHEN service_body_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_override_one_target"),
        ),
        sa.CheckConstraint("last_date >= first_date", name=op.f("ck_override_dates")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_override_location_id_location"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_override_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["service_body_id"],
            ["service_body.id"],
            name=op.f("fk_override_service_body_id_service_body"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
    )
    op.create_index(op.f("ix_override_location_id"), "override", ["location_id"], unique=False)
    op.create_index(op.f("ix_override_meeting_id"), "override", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_override_service_body_id"), "override", ["service_body_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_index(op.f("ix_override_service_body_id"), table_name="override")
    op.drop_index(op.f("ix_override_meeting_id"), table_name="override")
    op.drop_index(op.f("ix_override_location_id"), table_name="override")
    op.drop_table("override")
    op.drop_index(op.f("ix_meeting_format_format_id"), table_name="meeting_format")
    op.drop_table("meeting_format")
    op.drop_index(op.f("ix_meeting_source_id"), table_name="meeting")
    op.drop_index(op.f("ix_meeting_service_body_id"), table_name="meeting")
    op.drop_index(op.f("ix_meeting_region_id"), table_name="meeting")
    op.drop_index(op.f("ix_meeting_program_id"), table_name="meeting")
    op.drop_index(op.f("ix_meeting_location_id"), table_name="meeting")
    op.drop_index(op.f("ix_meeting_group_id"), table_name="meeting")
    op.drop_table("meeting")
    op.drop_index(op.f("ix_format_code_format_id"), table_name="format_code")
    op.drop_table("format_code")
    op.drop_index(op.f("ix_contact_group_id"), table_name="contact")
    op.drop_table("contact")
    op.drop_table("source")
    op.drop_index(op.f("ix_service_body_parent_id"), table_name="service_body")
    op.drop_table("service_body")
    op.drop_index("ix_retired_slug_target", table_name="retired_slug")
    op.drop_table("retired_slug")
    op.drop_index(op.f("ix_region_parent_id"), table_name="region")
    op.drop_table("region")
    op.drop_index(op.f("ix_public_vocabulary_slug"), table_name="public_vocabulary")
    op.drop_table("public_vocabulary")
    op.drop_table("public_slug")
    op.drop_index(op.f("ix_public_listing_slug"), table_name="public_listing")
    op.drop_index(op.f("ix_public_listing_revision"), table_name="public_listing")
    op.drop_index(op.f("ix_public_listing_location_id"), table_name="public_listing")
    op.drop_index(op.f("ix_public_listing_group_id"), table_name="public_listing")
    op.drop_table("public_listing")
    op.drop_table("program")
    op.drop_table("location")
    op.drop_table("group")
    op.drop_table("format")
    op.drop_table("directory_revision")
    op.drop_index("ix_audit_entry_target", table_name="audit_entry")
    op.drop_table("audit_entry")
