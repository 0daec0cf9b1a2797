"""Likely duplicates of a service body and across the whole directory, and the way from a pair to the merge."""

from dataclasses import replace

from sqlalchemy import update

from finder.directory.publish import publish
from finder.domain.roles import Role
from finder.review.twins import twins_across, twins_within
from finder.store.database import Database
from finder.store.meeting import Meeting
from tests.conftest import NOW
from tests.factories import a_listing, a_location
from tests.review.people import a_body, a_user, an_administrator, seen_as
from tests.web.desk import Desk

NORTH_HALL = a_location(name="North Hall")


def test_duplicates_are_found_across_service_bodies_and_never_across_walls(database: Database) -> None:
    with database.unit_of_work() as session:
        bodies = [a_body(session, name) for name in ("Hill Country", "Riverside", "Elsewhere")]
        for number, body in enumerate([*bodies, None]):
            name = f"Quiet Hour {number}" if body != bodies[2] else "Another One"
            meeting = publish(session, a_listing(name=name, location=NORTH_HALL), actor="test", reason="", now=NOW)
            session.execute(update(Meeting).where(Meeting.id == meeting).values(service_body_id=body))
        everybody = twins_across(session, an_administrator(session))
        own = twins_across(session, seen_as(session, a_user(session, role=Role.MODERATOR, body=bodies[0])))
    assert len(everybody) == 6
    assert "like name" in everybody[0].words
    assert ("Hill Country", "Riverside") in {(pair.one_body, pair.other_body) for pair in everybody}
    assert own == []


def test_twins_on_both_sides_of_a_line_of_the_grid_are_found(database: Database) -> None:
    with database.unit_of_work() as session:
        for latitude in (30.26999, 30.27001):
            place = replace(NORTH_HALL, latitude=latitude, street=f"{latitude} Example Street")
            publish(session, a_listing(name=f"At {latitude}", location=place), actor="test", reason="", now=NOW)
        assert len(twins_within(session, None)) == 1


def test_a_pair_leads_to_both_and_a_moderator_of_one_side_is_told_nothing(desk: Desk) -> None:
    one = desk.listing("own", name="Quiet Hour", location=NORTH_HALL)
    other = desk.listing("foreign", name="Quiet Hour at North Hall", location=NORTH_HALL)
    page = desk.client("administrator").get("/moderate/duplicates").text
    assert f'href="/moderate/merge?one={one.slug}&amp;other={other.slug}"' in page
    assert "Hill Country and Riverside" in page
    assert "None was found" in desk.client("moderator").get("/moderate/duplicates").text
    assert "Quiet Hour at" not in desk.client("moderator").get("/moderate/duplicates").text


def test_every_page_of_the_moderators_leads_to_every_other(desk: Desk) -> None:
    listing = desk.listing("own")
    paths = ["/moderate", "/moderate/health", "/moderate/duplicates", "/moderate/find", "/moderate/audit"]
    for path in (*paths, "/moderate/replies", "/moderate/trees/bodies", f"/moderate/listing/{listing.slug}/edit"):
        page = desk.client("administrator").get(path).text
        assert [each for each in paths if f'<a href="{each}"' not in page] == [], path
        assert page.count('aria-current="page"') == 1, path
