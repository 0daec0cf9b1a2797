"""Measures the queue of moderators: 5,000 open requests over 40 service bodies, against a results page."""

import datetime as dt
import random
import statistics
import tempfile
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from finder.accounts.sessions import Device, start
from finder.directory.draft import draft_of
from finder.directory.register import read_register
from finder.domain.asked import fields_of
from finder.domain.review import Kind, Risk, Status
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody
from finder.store.review import Submission
from tests.bench.imports import import_into
from tests.bench.web import WORKERS, as_requests, full_pages, rate
from tests.conftest import NOW
from tests.review.people import a_user
from tests.servers import Server

OPEN, BODIES, LISTINGS, ROUNDS = 5_000, 40, 20_000, 5
#: Listings that the requests are about.
ABOUT = 4_000
#: Of a hundred requests: as they come to a system of this kind (see docs/moderators.md).
SHARES = {Kind.CHANGE: 74, Kind.NEW: 18, Kind.CLOSE: 8}
MARKS: tuple[list[Risk], ...] = ([], [], [Risk.LINK], [Risk.ADDRESS, Risk.PHONE], [Risk.NEW_SUBMITTER])
PAGES = 100
KEY = "a key of this measurement and of nothing else"


def queue_times(seconds: float) -> float:
    """How many times as long as a results page a page of the queue takes: the median of the rounds.

    The results pages are asked for the first time, as most are; the queue has not changed since it was looked at last.
    """
    with tempfile.TemporaryDirectory() as temporary:
        import_into(Path(temporary), LISTINGS)
        data = Path(temporary) / "var"
        url = f"sqlite:///{data / 'finder.db'}"
        database = Database(url)
        with database.unit_of_work() as session:
            cookie = fill(session)
        database.dispose()
        env = {
            "FINDER_DATABASE_URL": url,
            "FINDER_TESTING": "1",
            "FINDER_NOW": NOW.isoformat(),
            "FINDER_SECRET_KEY": KEY,
        }
        server = Server(data, env, WORKERS)
        try:
            queue = [(f"/moderate?page={number}", {"Cookie": cookie}) for number in range(1, PAGES)]
            fresh = full_pages(server.port, "sort=soonest", most=1000)
            random.Random(7).shuffle(fresh)  # noqa: S311 - an order
            found = []
            for number in range(ROUNDS):
                results = rate(server.port, as_requests(fresh[number::ROUNDS]), seconds, 200, once=True)
                found.append(results / rate(server.port, queue, seconds, 200))
            return statistics.median(found)
        finally:
            server.stop()


def fill(session: Session) -> str:
    """Fill the queue; gives the cookie of a moderator of all bodies who has passed the second step."""
    maker = random.Random(3)  # noqa: S311 - made-up requests
    bodies = []
    for number in range(BODIES):
        body = ServiceBody(name=f"Made-up Area {number}", slug=f"made-up-{number}", bmlt_id=number + 1)
        session.add(body)
        session.flush()
        bodies.append(body.id)
    ids = list(session.execute(select(Meeting.id).order_by(Meeting.id).limit(ABOUT)).scalars())
    for number in ids:
        session.execute(update(Meeting).where(Meeting.id == number).values(service_body_id=maker.choice(bodies)))
    listings = [(held.meeting.id, fields_of(draft_of(held))) for held in read_register(session, ids)]
    for number in range(OPEN):
        meeting_id, fields = maker.choice(listings)
        kind = maker.choices(list(SHARES), list(SHARES.values()))[0]
        at = NOW - dt.timedelta(minutes=maker.randrange(60 * 24 * 30))
        is_new = kind is Kind.NEW
        row = {
            "reference": f"Q{number:06d}",
            "kind": kind,
            "status": Status.PENDING,
            "meeting_id": None if is_new else meeting_id,
            "service_body_id": maker.choice(bodies),
            "then": None if is_new else fields,
            "then_revision": 1,
            "asked": fields if is_new else {"start": "19:30", "notes": "Ring the bell."},
            "risks": maker.choice(MARKS),
            "title": fields["name"],
            "email": f"robin{number}@example.org",
            "contact_name": "Robin K.",
            "sent_at": at,
            "proven_at": at,
            "waiting_since": at,
        }
        session.execute(insert(Submission).values(**row))
    secret = start(session, a_user(session), Device(network="", browser="Firefox"), strong=True, now=NOW)
    app = Flask("cookies")
    app.secret_key = KEY
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    if serializer is None:
        raise RuntimeError("There is no key to sign with.")
    return f"session={serializer.dumps({'secret': secret})}"
