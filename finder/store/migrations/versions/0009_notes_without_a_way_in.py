"""What to know before joining, on the shelf also where no link and no number is listed.

Revision ID: 0009
Revises: 0008
"""

from collections.abc import Callable
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WITHOUT_A_WAY_IN = """
    SELECT p.id, p.document, m.conference_url_notes, m.conference_phone_notes
    FROM public_listing p JOIN meeting m ON m.id = p.id
    WHERE p.document <> '' AND m.join_policy = 'open' AND m.conference_url = '' AND m.conference_phone = ''
    AND (m.conference_url_notes <> '' OR m.conference_phone_notes <> '')
"""


def upgrade() -> None:
    """Go forward."""
    _tell(lambda of_link, of_phone: {"url": "", "url_notes": of_link, "phone": "", "phone_notes": of_phone})


def downgrade() -> None:
    """Go back."""
    _tell(lambda _of_link, _of_phone: None)


def _tell(conference: Callable[[str, str], dict[str, str] | None]) -> None:
    connection = op.get_bind()
    rows: list[dict[str, Any]] = []
    for number, text, of_link, of_phone in connection.execute(sa.text(WITHOUT_A_WAY_IN)).all():
        document = orjson.loads(text) | {"conference": conference(of_link, of_phone)}
        rows.append({"number": number, "document": orjson.dumps(document).decode()})
    if rows:
        connection.execute(sa.text("UPDATE public_listing SET document = :document WHERE id = :number"), rows)
