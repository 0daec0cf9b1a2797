"""Whatever a listing was known by leads to the one that it was merged into, until that is taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from finder.config import Settings
from finder.directory.batch import Batch, apply_batch
from finder.directory.merging import merge_listings
from finder.directory.publish import rename_slug
from finder.directory.revert import revert
from finder.feeds.meeting_guide_days import DAY_MARK
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.meeting import Meeting
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing, a_schedule
from tests.web.bmlt_client import asked

WHO: dict[str, Any] = {"actor": "test", "reason": "", "now": NOW}
DAYS = (1, 4)


@pytest.fixture
def numbers(database: Database) -> dict[str, int]:
    """The ids of three listings for the same thing, by their BMLT numbers 101 to 103; two are of sources."""
    drafts = [
        a_listing(name="Larks", source_key=key, bmlt_id=number, schedule=a_schedule(weekdays=DAYS))
        for number, key in ((101, "Plugin_Larks"), (102, "818"), (103, "kept-there"))
    ]
    with database.unit_of_work() as session:
        apply_batch(session, Batch(source="Larks", new=tuple(drafts)), **WHO)
        rows = session.execute(select(Meeting.bmlt_id, Meeting.id)).all()
    return {str(number): listing for number, listing in rows}


@pytest.fixture
def client(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> FlaskClient:
    return build_site(settings_for(database.url.render_as_string(hide_password=False))).test_client()


def merge(database: Database, gone: int, into: int) -> int:
    """Merge them; gives the entry of the audit chain."""
    with database.unit_of_work() as session:
        merge_listings(session, gone, into=into, **WHO)
        return session.execute(select(AuditEntry.id).order_by(AuditEntry.id.desc())).scalars().first() or 0


def slug_of(database: Database, listing: int) -> str:
    with database.reading() as session:
        return session.get_one(Meeting, listing).slug


def meetings_found(client: FlaskClient, query: str) -> str:
    return " ".join(each["id_bigint"] for each in asked(client, "GetSearchResults", query))


def test_every_old_address_and_number_leads_to_the_listing_that_stayed(
    client: FlaskClient, database: Database, numbers: dict[str, int]
) -> None:
    first, second, kept = (numbers[name] for name in ("101", "102", "103"))
    with database.unit_of_work() as session:
        rename_slug(session, first, "larks-of-old", **WHO)
        rename_slug(session, first, "larks-of-late", **WHO)
    in_feeds = f"larks{DAY_MARK}{first:x}{DAY_MARK}mon"
    second_slug, kept_slug = slug_of(database, second), slug_of(database, kept)
    old = ["larks-of-old", "larks-of-late", "plugin_larks", in_feeds, "818", second_slug]
    before = [client.get(f"/meetings/{each}").headers.get("Location") for each in old]

    merge(database, first, second)
    undone = merge(database, second, kept)

    for address in old:
        response = client.get(f"/meetings/{address}")
        assert (response.status_code, response.headers["Location"]) == (301, f"/meetings/{kept_slug}"), address
    assert client.get("/meetings?meeting=plugin_larks").headers["Location"] == f"/meetings/{kept_slug}"
    assert meetings_found(client, "meeting_ids=101") == meetings_found(client, "meeting_ids=103") == "103"
    assert meetings_found(client, "SearchString=102") == "103"
    assert meetings_found(client, f"meeting_ids={(DAYS[1] + 1) * 10**10 + 101}") == "50000000103"
    assert meetings_found(client, "meeting_ids=-101") == "103 50000000103"

    with database.unit_of_work() as session:
        revert(session, undone, **WHO)

    assert client.get(f"/meetings/{second_slug}").status_code == 200
    for address in old[:-1]:
        assert client.get(f"/meetings/{address}").headers["Location"] == f"/meetings/{second_slug}", address
    assert meetings_found(client, "meeting_ids=101") == meetings_found(client, "meeting_ids=102") == "102"
    assert before[-1] is None
