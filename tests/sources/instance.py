"""A source on a small server of the test's own, and what a test asks about it."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from finder.directory import check
from finder.domain.sources import ChangeKind, ChangeState, SourcePolicy
from finder.sources.managing import SourceDraft, add_source, change_source
from finder.sources.refresh import Outcome, Tools, refresh
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.shelf import DirectoryRevision, PublicListing
from finder.store.source import Source, SourceChange, SourceRun
from tests.conftest import NOW
from tests.sources.feeds import CATALOGUE, a_feed
from tests.sources.loopback import Asked, Handler, serving


@dataclass
class Feed:
    """A feed that a test changes as it goes. Without an ``etag`` the server sends none; ``status`` 200 is all well."""

    rows: list[Any] = field(default_factory=list)
    etag: str = ""
    status: int = 200
    body: bytes | None = None
    server: Asked = field(init=False)

    def answer(self, request: Handler) -> None:
        if self.etag and request.headers.get("If-None-Match") == self.etag:
            request.send(status=304)
            return
        headers = {"ETag": self.etag} if self.etag else {}
        request.send(a_feed(*self.rows) if self.body is None else self.body, status=self.status, **headers)


@contextmanager
def feeding(*rows: Any, **changes: Any) -> Iterator[Feed]:  # noqa: ANN401 - rows of JSON
    """A feed of these rows, on a server."""
    feed = Feed(list(rows), **changes)
    with serving(feed.answer) as server:
        feed.server = server
        yield feed


def draft_for(feed: Feed, **changes: Any) -> SourceDraft:  # noqa: ANN401 - whatever the field takes
    values: dict[str, Any] = {
        "name": "Larks",
        "kind": "meeting-guide",
        "program": "aa",
        "url": f"{feed.server.url}/meetings.json",
        "country": "US",
        "policy": SourcePolicy.PUBLISH,
        "every_min": 60,
    }
    return SourceDraft(**{**values, **changes})


def a_source(database: Database, feed: Feed, **changes: Any) -> int:  # noqa: ANN401 - whatever the field takes
    """A source of AA meetings that publishes at once; gives its id."""
    with database.unit_of_work() as session:
        allow = (feed.server.address,)
        return add_source(session, draft_for(feed, **changes), by="operator", reason="", now=NOW, allow=allow)


def trusted(database: Database, number: int, feed: Feed, policy: SourcePolicy, **changes: Any) -> None:  # noqa: ANN401
    """Give a source another policy, or other settings; besides the feed's server the one at its ``url`` may be read."""
    with database.unit_of_work() as session:
        draft = draft_for(feed, policy=policy, **changes)
        allow = (feed.server.address, urlsplit(draft.url).netloc)
        change_source(session, number, draft, seen=None, by="operator", reason="", now=NOW, allow=allow)


def tools_for(feed: Feed, **changes: Any) -> Tools:  # noqa: ANN401 - whatever the field takes
    return Tools(catalogue=CATALOGUE, country="US", allow=(feed.server.address,), **changes)


def refreshed(database: Database, number: int, feed: Feed, *, later: int = 0, **changes: Any) -> Outcome:  # noqa: ANN401
    """Refresh a source, *later* minutes after the tests take place."""
    now = NOW + dt.timedelta(minutes=later)
    return refresh(database, number, tools=tools_for(feed), by="worker", now=now, **changes)


def restless(database: Database, number: int, feed: Feed, *, later: int) -> None:
    """Many refreshes of a source from *later* minutes on, none of which changes anything."""
    for step in range(24):
        feed.status = (500, 200)[step % 2]
        refreshed(database, number, feed, later=later + step)


def counts(database: Database, run: int) -> tuple[int, ...]:
    """New, changed, gone, refused, unchanged."""
    with database.reading() as session:
        row = session.get_one(SourceRun, run)
        return row.new, row.changed, row.gone, row.refused, row.unchanged


def source(database: Database, number: int) -> Source:
    with database.reading() as session:
        return session.get_one(Source, number)


def run(database: Database, number: int) -> SourceRun:
    with database.reading() as session:
        return session.get_one(SourceRun, number)


def changes(
    database: Database, run_number: int, kind: ChangeKind | None = None, state: ChangeState | None = None
) -> list[SourceChange]:
    with database.reading() as session:
        found = session.execute(select(SourceChange).where(SourceChange.run_id == run_number).order_by(SourceChange.id))
        return [each for each in found.scalars() if kind in {None, each.kind} and state in {None, each.state}]


def shown(database: Database) -> dict[str, dict[str, Any]]:
    """Documents on the shelf by source key."""
    with database.reading() as session:
        texts = session.execute(select(PublicListing.document).where(~PublicListing.gone)).scalars()
        documents = [json.loads(text) for text in texts]
    return {document["source_key"] or document["slug"]: document for document in documents}


def meeting(database: Database, key: str) -> Meeting:
    with database.reading() as session:
        return session.execute(select(Meeting).where(Meeting.source_key == key)).scalar_one()


def revision(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(DirectoryRevision.revision)).scalar_one()


def faults(database: Database) -> list[str]:
    with database.reading() as session:
        return list(check.faults(session))
