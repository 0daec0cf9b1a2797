"""Whose word held on each field of what a source changed, and why a refresh was held back.

Revision ID: 0006
Revises: 0005
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_RUN = sa.table("source_run", *(sa.column(name) for name in ("id", "words", "objection")))
_HELD = re.compile(r"In quarantine, nothing was changed: (?P<objection>.*?) \((?P<told>[^()]*\.)\)", re.DOTALL)
_WAITS = re.compile(r" [\d,]+ changes? waits? for a moderator\.")


def upgrade() -> None:
    """Go forward."""
    op.add_column("source_change", sa.Column("verdicts", sa.Text(), nullable=True))
    op.add_column("source_run", sa.Column("objection", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    for number, words in connection.execute(sa.select(_RUN.c.id, _RUN.c.words)).all():
        told, objection = _taken_apart(words)
        if told != words:
            written = sa.update(_RUN).where(_RUN.c.id == number).values(words=told, objection=objection)
            connection.execute(written)


def _taken_apart(words: str) -> tuple[str, str]:
    """What stays true of a refresh whatever is decided, and why it was held back."""
    held = _HELD.search(words)
    objection = held["objection"].removesuffix(" If that is right, allow it expressly.") if held else ""
    told = _HELD.sub(lambda match: match["told"], words)
    return _WAITS.sub("", told), objection


def downgrade() -> None:
    """Go back."""
    connection = op.get_bind()
    for number, words, objection in connection.execute(sa.select(*_RUN.c).where(_RUN.c.objection != "")).all():
        connection.execute(sa.update(_RUN).where(_RUN.c.id == number).values(words=f"{objection} {words}"))
    op.drop_column("source_run", "objection")
    op.drop_column("source_change", "verdicts")
