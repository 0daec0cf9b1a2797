"""Direct editing and the health of listings, through the pages: same walls, same audit, same undo."""

import datetime as dt
import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from finder.config import Settings
from finder.directory.check import faults
from finder.directory.publish import publish
from finder.domain.listing import ListingDraft
from finder.domain.review import Kind
from finder.domain.roles import Role
from finder.domain.vocabulary import AddressVisibility
from finder.review.health import Ill, conditions, ill_listings, lacks
from finder.review.sending import Request, submit
from finder.review.twins import twins_within
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody
from finder.store.place import Location, Region
from finder.store.shelf import PublicListing
from tests.accounts.visitors import Visitor, Watch, a_member
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing, a_location
from tests.review.people import HEAD


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def app(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite, watch: Watch) -> Flask:
    with database.unit_of_work() as session:
        for draft in LISTINGS:
            publish(session, draft, actor="test", reason="", now=NOW)
    return build_site(settings_for(database.url.render_as_string(hide_password=False)), clock=watch)


NORTH_HALL = a_location(name="North Hall")
SHARED_HALL = a_location(name="Shared Hall", latitude=30.5)
LISTINGS = (
    a_listing(name="Courage", slug="courage", service_body="North", location=NORTH_HALL, confirmed_at=NOW),
    a_listing(name="Courage", slug="courage-twin", service_body="North", location=NORTH_HALL, confirmed_at=NOW),
    a_listing(name="Hope", slug="hope", service_body="South", location=a_location(name="South Hall", latitude=31.0)),
    a_listing(name="Both North", slug="both-north", service_body="North", location=SHARED_HALL),
    a_listing(name="Both South", slug="both-south", service_body="South", location=SHARED_HALL),
)


def body(session: Session, name: str) -> int:
    return session.execute(select(ServiceBody.id).where(ServiceBody.name == name)).scalar_one()


def place(database: Database, slug: str) -> int:
    with database.reading() as session:
        number = session.execute(select(Meeting.location_id).where(Meeting.slug == slug)).scalar_one()
    assert number is not None
    return number


def document(database: Database, slug: str) -> str:
    with database.reading() as session:
        return session.execute(select(PublicListing.document).where(PublicListing.slug == slug)).scalar_one()


def enrolled(app: Flask, database: Database, watch: Watch, role: Role, body_name: str = "") -> Visitor:
    """Somebody signed in with a second factor."""
    with database.reading() as session:
        number = body(session, body_name) if body_name else None
    member = a_member(database, role, number)
    visitor = Visitor(app)
    visitor.sign_in(member.email)
    visitor.enrol(watch)
    return visitor


@pytest.fixture
def north(app: Flask, database: Database, watch: Watch) -> Visitor:
    return enrolled(app, database, watch, Role.MODERATOR, "North")


@pytest.fixture
def admin(app: Flask, database: Database, watch: Watch) -> Visitor:
    return enrolled(app, database, watch, Role.ADMINISTRATOR)


def values_on(text: str) -> dict[str, str]:
    """What the text fields of a page hold."""
    found = re.findall(r'name="(\w+)" (?:type="text" [^>]*?)?value="([^"]*)"', text)
    return {name: value for name, value in reversed(found) if name != "csrf_token"}  # the first form is the one meant


def test_an_address_is_changed_for_all_meetings_there_and_taken_back(north: Visitor, database: Database) -> None:
    path = f"/moderate/place/{place(database, 'courage')}"
    page = north.get(path)
    assert page.status_code == 200
    form = values_on(page.text) | {"precision": "exact", "street": "99 New Street", "reason": "They moved"}
    assert north.send(path, path, **form).status_code == 303
    for slug in ("courage", "courage-twin"):
        assert '"address":"99 New Street, Austin, TX 78701, US"' in document(database, slug)
    done = north.get(path).text
    assert "The place is changed for all meetings there." in done
    assert "Street: “12 Example Street” → “99 New Street”" in done
    entry = re.findall(r"/moderate/acts/(\d+)/undo", done)[0]
    assert north.send(f"/moderate/acts/{entry}/undo", path, next=path).location == path
    assert "12 Example Street" in document(database, "courage")
    again = north.send(f"/moderate/acts/{entry}/undo", path, next=path)
    assert again.status_code == 409
    with database.reading() as session:
        assert list(faults(session)) == []


def test_of_two_moderators_who_edit_one_place_the_second_sees_both_texts(north: Visitor, database: Database) -> None:
    path = f"/moderate/place/{place(database, 'courage')}"
    form = values_on(north.get(path).text) | {"precision": "exact", "reason": "Moved"}
    assert north.send(path, path, **{**form, "street": "1 First Street"}).status_code == 303
    late = north.send(path, path, **{**form, "street": "2 Second Street"})
    assert late.status_code == 409
    assert "1 First Street" in late.text
    assert 'value="2 Second Street"' in late.text
    assert "1 First Street" in document(database, "courage")
    after = values_on(late.text) | {"precision": "exact"}
    assert north.send(path, path, **after).status_code == 303
    assert "2 Second Street" in document(database, "courage")


def test_faults_are_told_at_the_field_and_keep_every_other_value(north: Visitor, database: Database) -> None:
    path = f"/moderate/place/{place(database, 'courage')}"
    form = values_on(north.get(path).text) | {"precision": "exact", "latitude": "north", "street": "7 Kept Street"}
    for changes in ({"reason": "why"}, {"latitude": "95", "reason": "why"}, {"latitude": "30.1", "reason": ""}):
        answer = north.send(path, path, **{**form, **changes})
        assert answer.status_code == 400
        assert "There is a problem" in answer.text
        assert "7 Kept Street" in answer.text
    assert "12 Example Street" in document(database, "courage")


def test_a_building_is_closed_for_days_with_one_act(north: Visitor, database: Database) -> None:
    path = f"/moderate/place/{place(database, 'courage')}"
    form = {"first_date": "2026-04-01", "last_date": "2026-04-02", "note": "Paint", "reason": "They said so"}
    bad = north.send(f"{path}/close", path, **{**form, "last_date": "2026-03-01"})
    assert (bad.status_code, "lies before the first" in bad.text) == (400, True)
    assert north.send(f"{path}/close", path, **form).status_code == 303
    assert "Paint" in document(database, "courage")
    entry = re.findall(r"/moderate/acts/(\d+)/undo", north.get(path).text)[0]
    north.send(f"/moderate/acts/{entry}/undo", path, next=path)
    assert "Paint" not in document(database, "courage")


def test_a_place_where_others_meet_is_changed_by_an_administrator_only(
    north: Visitor, admin: Visitor, database: Database
) -> None:
    shared, foreign = (f"/moderate/place/{place(database, slug)}" for slug in ("both-north", "hope"))
    assert "an administrator has to do this" in north.get(shared).text
    form = {"name": "Taken", "precision": "exact", "reason": "x", "seen": "y"}
    assert north.send(shared, "/account", **form).status_code == 400
    assert north.send(f"{shared}/close", "/account", first_date="2026-04-01", reason="x").status_code == 400
    assert north.get(foreign).status_code == 404
    assert north.send(foreign, "/account", **form).status_code == 404
    assert north.get("/moderate/place/9999").status_code == 404
    assert "Taken" not in document(database, "both-south")
    mine = values_on(admin.get(shared).text) | {"precision": "exact", "name": "New Name", "reason": "x"}
    assert admin.send(shared, shared, **mine).status_code == 303
    assert "New Name" in document(database, "both-south")
    entry = re.findall(r"/moderate/acts/(\d+)/undo", admin.get(shared).text)[0]
    assert north.send(f"/moderate/acts/{entry}/undo", "/account").status_code == 404


def test_twins_are_found_shown_side_by_side_and_merged(app: Flask, north: Visitor) -> None:
    health = north.get("/moderate/health/north").text
    link = re.findall(r'href="(/moderate/merge\?[^"]+)"', health)[0].replace("&amp;", "&")
    assert "Same place, same day and time, like name" in health
    page = north.get(link)
    assert "Which one stays?" in page.text
    pair = {"one": "courage", "other": "courage-twin", "reason": "The same"}
    assert north.send("/moderate/merge", link, **pair).status_code == 400
    done = north.send("/moderate/merge", link, **pair, keep="courage")
    assert done.status_code == 303
    moved = app.test_client().get("/meetings/courage-twin")
    assert (moved.status_code, moved.location) == (301, "/meetings/courage")
    assert "Made one with another" in north.get(done.location).text
    assert north.send(f"{done.location}/undo", done.location, next="/moderate/health").status_code == 303
    assert app.test_client().get("/meetings/courage-twin").status_code == 200
    assert north.get("/moderate/merge?one=courage&other=hope").status_code == 404


def test_regions_and_bodies_are_the_administrators(
    app: Flask, north: Visitor, admin: Visitor, database: Database
) -> None:
    with database.reading() as session:
        texas = session.execute(select(Region.id).where(Region.name == "Texas")).scalar_one()
        south, other = body(session, "South"), body(session, "North")
    for path in (
        "/moderate/trees/regions",
        f"/moderate/trees/regions/{texas}",
        "/moderate/trees/bodies",
        f"/moderate/trees/bodies/{south}",
    ):
        assert north.get(path).status_code == 404
        assert admin.get(path).status_code == 200
    path = f"/moderate/trees/regions/{texas}"
    parent = re.findall(r'<option value="(\d+)" selected>United States<', admin.get(path).text)[0]
    changed = admin.send(path, path, name="Lone Star", parent=parent, reason="asked")
    assert changed.status_code == 303
    assert '"name":"Lone Star"' in document(database, "hope")
    assert app.test_client().get("/regions/texas").location == "/regions/lone-star"
    assert admin.send(path, path, name="", parent="x", reason="").status_code == 400
    merged = admin.send(
        f"/moderate/trees/bodies/{south}/merge", f"/moderate/trees/bodies/{south}", into=str(other), reason="one"
    )
    assert merged.location == f"/moderate/trees/bodies/{other}"
    assert '"name":"North"' in document(database, "hope")


def test_nobody_edits_without_a_second_factor_or_as_a_reader(app: Flask, database: Database, watch: Watch) -> None:
    paths = [f"/moderate/place/{place(database, 'courage')}", "/moderate/merge?one=courage&other=courage-twin"]
    with database.reading() as session:
        number = body(session, "North")
    weak = Visitor(app)
    weak.sign_in(a_member(database, Role.MODERATOR, number).email)
    reader = enrolled(app, database, watch, Role.READER, "North")
    for path in paths:
        assert app.test_client().get(path).location.startswith("/account/sign-in")
        assert weak.get(path).location.startswith("/account/second-step")
        assert reader.get(path).status_code == 404
    assert reader.get("/moderate/health").status_code == 404
    assert weak.get("/moderate/health").status_code == 200


def test_the_health_page_shows_the_bodies_of_the_viewer_and_no_other(
    north: Visitor, admin: Visitor, database: Database
) -> None:
    shown = north.get("/moderate/health").text
    assert "North" in shown
    assert "South" not in shown
    assert "Dead links" not in shown
    for path in ("/moderate/health/south", "/moderate/health/south/stale", "/moderate/health/none"):
        assert north.get(path).status_code == 404
    assert "South" in admin.get("/moderate/health").text
    assert admin.get("/moderate/health/none").status_code == 200
    assert admin.get("/moderate/health/north/nonsense").status_code == 404
    listed = north.get("/moderate/health/north/never").text
    assert "Both North" in listed
    assert "Courage" not in listed
    assert f"/moderate/place/{place(database, 'both-north')}" in listed


def a_sick(session: Session, **changes: object) -> int:
    return publish(session, a_listing(**changes), actor="test", reason="", now=NOW)


def ill_of(session: Session, number: int, now: dt.datetime = NOW) -> set[Ill]:
    found = set()
    for ill, condition in conditions(now).items():
        statement = select(Meeting.id).outerjoin(Location, Location.id == Meeting.location_id)
        if session.execute(statement.where(Meeting.id == number, condition)).scalar() is not None:
            found.add(ill)
    return found


def test_what_is_amiss_with_a_listing_is_named(database: Database) -> None:
    nowhere = a_location(latitude=None, longitude=None)
    with database.unit_of_work() as session:
        well = a_sick(session, confirmed_at=NOW)
        stale = a_sick(session, confirmed_at=NOW - dt.timedelta(days=181))
        old = a_sick(session, confirmed_at=NOW - dt.timedelta(days=366))
        lost = a_sick(session, confirmed_at=NOW, location=nowhere)
        reported = a_sick(session, confirmed_at=NOW)
        slug = session.get_one(Meeting, reported).slug
        request = Request(kind=Kind.PROBLEM, asked={"problem": "nobody there"}, meeting_slug=slug)
        submit(session, request, letterhead=HEAD, now=NOW)
        assert ill_of(session, well) == set()
        assert ill_of(session, stale) == {Ill.STALE}
        assert ill_of(session, old) == {Ill.STALE, Ill.LOOK}
        assert ill_of(session, lost) == {Ill.NO_POINT, Ill.BMLT}
        assert ill_of(session, reported) == {Ill.REPORTED, Ill.LOOK}
        never = a_sick(session)
        assert ill_of(session, never) == {Ill.NEVER}
        assert ill_of(session, never, NOW + dt.timedelta(days=366)) == {Ill.NEVER, Ill.LOOK}
        assert [row.id for row in ill_listings(session, None, Ill.STALE, now=NOW)[0]] == [old, stale]


def test_every_demo_listing_hidden_from_a_client_says_why(demo_database: Database) -> None:
    clients = {Ill.MEETING_GUIDE: "Meeting Guide", Ill.BMLT: "BMLT"}
    with demo_database.reading() as session:
        joined = select(Meeting, Location).outerjoin(Location, Location.id == Meeting.location_id)
        for ill, name in clients.items():
            hidden = set(session.execute(joined.where(conditions(NOW)[ill]).with_only_columns(Meeting.id)).scalars())
            words = ("leave it out", "neither") if ill is Ill.MEETING_GUIDE else ("BMLT programs",)
            told = {
                meeting.id
                for meeting, location in session.execute(joined)
                if any(name in lack and any(word in lack for word in words) for lack in lacks(meeting, location))
            }
            assert hidden == told


def test_many_at_one_spot_are_compared_within_bounds(database: Database) -> None:
    drafts: list[ListingDraft] = [a_listing(name="Same Name", location=NORTH_HALL) for _ in range(60)]
    with database.unit_of_work() as session:
        for draft in drafts[:3]:
            publish(session, draft, actor="test", reason="", now=NOW)
        assert len(twins_within(session, None)) == 3
        session.execute(update(Meeting).values(published=False))
        assert twins_within(session, None) == []
        entries = session.execute(select(AuditEntry.id)).scalars().all()
    assert entries


def listing_form(visitor: Visitor, slug: str) -> dict[str, str]:
    """What the form of a listing holds, as a browser would send it."""
    text = visitor.get(f"/moderate/listing/{slug}/edit").text
    found = {
        name: unescape(value)
        for name, value in re.findall(r'<input id="\w+" name="(\w+)" type="\w+" value="([^"]*)"', text)
    }
    found |= dict(re.findall(r'<input type="(?:radio|checkbox)" name="(\w+)" value="([^"]*)" checked', text))
    chosen = r'<select id="(\w+)".*?<option value="([^"]*)" selected'
    found |= {name: value for name, value in re.findall(chosen, text, flags=re.DOTALL) if value}
    return found | {"seen": re.findall(r'name="seen" value="(\d+)"', text)[0]}


def test_a_listing_is_edited_directly_with_the_form_of_facilitators(north: Visitor, database: Database) -> None:
    path = "/moderate/listing/courage/edit"
    form = listing_form(north, "courage")
    assert form["name"] == "Courage"
    assert (north.send(path, path, **{**form, "name": "Courage Anew", "reason": ""})).status_code == 422
    assert "Nothing is changed yet." in north.send(path, path, **{**form, "reason": "x"}).text
    done = north.send(path, path, **{**form, "name": "Courage Anew", "reason": "They asked"})
    assert (done.status_code, done.location) == (303, "/moderate/listing/courage")
    text = document(database, "courage")
    assert '"name":"Courage Anew"' in text
    assert '"confirmed_at":"2026-03-10T23:05:00Z"' in text
    late = north.send(path, path, **{**form, "name": "Too Late", "reason": "Mine"})
    assert late.status_code == 409
    assert "Courage Anew" in late.text
    assert 'value="Too Late"' in late.text
    assert "Too Late" not in document(database, "courage")
    with database.reading() as session:
        entry = session.execute(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).scalar_one()
        assert (entry.act, entry.reason, entry.actor[:5]) == ("revise", "They asked", "user:")
        assert list(faults(session)) == []
    north.send(f"/moderate/acts/{entry.id}/undo", path, next="/moderate/health")
    assert '"name":"Courage"' in document(database, "courage")
    for foreign in ("hope", "nowhere"):
        assert north.get(f"/moderate/listing/{foreign}/edit").status_code == 404
        assert north.send(f"/moderate/listing/{foreign}/edit", path, **form).status_code == 404


def test_one_person_does_not_show_a_hidden_address(admin: Visitor, database: Database) -> None:
    with database.unit_of_work() as session:
        hidden = a_location(name="Safe House", address_visibility=AddressVisibility.AREA)
        publish(session, a_listing(name="Quiet", slug="quiet", location=hidden), actor="test", reason="", now=NOW)
    path = "/moderate/listing/quiet/edit"
    form = listing_form(admin, "quiet")
    assert form["place_name"] == "Safe House"
    shown = admin.send(path, path, **{**form, "address_visibility": "public", "reason": "x"})
    assert "two people decide" in shown.text
    assert "Safe House" not in document(database, "quiet")
