"""Requests in a queue and somebody who decides, for the pictures of the documentation."""

import datetime as dt
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from finder.accounts.sessions import Device, start
from finder.domain.asked import fields_of
from finder.domain.review import Kind
from finder.store.database import Database
from finder.store.meeting import Meeting
from tests.factories import a_listing
from tests.review.people import a_request, a_user, in_queue

HOUR = dt.timedelta(hours=1)


def a_queue(folder: Path, *, now: dt.datetime) -> tuple[str, dict[str, str]]:
    """Fill the queue of the instance in *folder*; gives a moderator's cookie, and the paths of pages by name."""
    database = Database(f"sqlite:///{folder / 'finder.db'}")
    with database.unit_of_work() as session:
        secret = start(
            session, a_user(session, name="Quinn"), Device(network="", browser="Firefox"), strong=True, now=now
        )
        held = select(Meeting.slug, Meeting.location_id).where(Meeting.conference_url == "").order_by(Meeting.id)
        (*_, place), *_ = found = session.execute(held.limit(3)).all()
        slugs = [slug for slug, _ in found]
    asked = {"start": "18:30", "notes": "The blue door at the side. Ring twice.", "venmo": "@example-group"}
    change = in_queue(database, a_request(kind=Kind.CHANGE, meeting_slug=slugs[0], asked=asked), now=now - 11 * HOUR)
    painting = {
        "exception_kind": "cancelled",
        "first_date": "2026-03-17",
        "last_date": "2026-03-24",
        "note": "Painting",
    }
    exception = a_request(kind=Kind.EXCEPTION, meeting_slug=slugs[1], asked=painting, email="sam@example.org")
    in_queue(database, exception, now=now - 3 * HOUR)
    new = fields_of(a_listing(name="Lantern Evening"))
    in_queue(database, a_request(asked=new, email="kim@example.org", contact_name="Kim B."), now=now - 2 * HOUR)
    problem = {"problem": "door_locked"}
    in_queue(database, a_request(kind=Kind.PROBLEM, meeting_slug=slugs[2], asked=problem, email=""), now=now - HOUR)
    database.dispose()
    app = Flask("pictures")
    app.secret_key = (folder / "secret.key").read_text(encoding="ascii").strip()
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    pages = {
        "queue": "/moderate",
        "request": f"/moderate/{change}",
        "dates": f"/moderate/listing/{slugs[0]}/dates",
        "place": f"/moderate/place/{place}",
        "health": "/moderate/health",
        "duplicates": "/moderate/duplicates",
        "contacts": "/contacts?q=slow+rivers",
        "people": "/account/people",
        "add": "/moderate/new",
        "find": "/moderate/find",
    }
    return str(serializer.dumps({"secret": secret})), pages
