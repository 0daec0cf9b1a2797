"""Listings of two sources that may be one meeting: what their points and streets say, the true ones and the false."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from finder.directory.publish import publish
from finder.domain.asked import fields_of
from finder.domain.listing import ListingDraft, LocationDraft
from finder.domain.vocabulary import Precision
from finder.review.duplicates import likely
from finder.review.twins import twins_within
from finder.sources.twins import twins_of
from finder.store.database import Database
from tests.conftest import NOW
from tests.factories import a_listing, a_location

HOUSE = (30.3005, -97.7009)
TOWN = {"latitude": 30.2672, "longitude": -97.7431, "precision": Precision.APPROXIMATE}
AREA = {**TOWN, "precision": Precision.AREA}
EXACT = dict(zip(("latitude", "longitude"), HOUSE, strict=True))
NEXT_DOOR = {"latitude": HOUSE[0] + 0.001, "longitude": HOUSE[1]}
FAR = {"latitude": HOUSE[0] + 0.02, "longitude": HOUSE[1]}
NOWHERE = {"latitude": None, "longitude": None, "precision": Precision.APPROXIMATE}
NO_TOWN = {"city": "", "postal_code": ""}
ELSEWHERE = {"city": "Dallas", "postal_code": "75201", "latitude": 32.7767, "longitude": -96.797}


def told(session: Session, held: LocationDraft, new: LocationDraft) -> list[bool]:
    """Whether a new row is told to be like a held listing: by a refresh, to whoever adds it, and once both are here."""
    publish(session, a_listing(name="The Owls", location=held), actor="test", reason="", now=NOW)
    draft = a_listing(name="Another Word", location=new)
    by_refresh = twins_of(session, {"row": draft}, source_id=0)
    by_hand = likely(session, fields_of(draft))
    publish(session, draft, actor="test", reason="", now=NOW)
    for words in (*(each[2] for each in by_refresh.values()), *(each.words for each in by_hand)):
        assert words == "same place, same day and time"
    return [bool(by_refresh), bool(by_hand), bool(twins_within(session, None))]


@pytest.mark.parametrize(
    ("held", "new"),
    [
        pytest.param(EXACT, EXACT, id="one point"),
        pytest.param(EXACT, {**NEXT_DOOR, "street": "3 Church Lane"}, id="exact points, the other door"),
        pytest.param(TOWN, {**TOWN, "street": "12 EXAMPLE ST."}, id="the middle of the town, one street"),
        pytest.param(EXACT, {**TOWN, "street": "12 Example St., Suite 4"}, id="the house and the middle of its town"),
        pytest.param({**TOWN, "street": "12 Example St."}, EXACT, id="the same the other way round"),
        pytest.param(AREA, EXACT, id="an area"),
        pytest.param(EXACT, NOWHERE, id="the house and no point"),
        pytest.param(NOWHERE, EXACT, id="no point and the house"),
        pytest.param(NOWHERE, NOWHERE, id="no point at all"),
        pytest.param(TOWN, {**TOWN, "city": "East Austin"}, id="another word for the town, one postcode"),
        pytest.param(EXACT, {**TOWN, "postal_code": ""}, id="no postcode"),
    ],
)
def test_a_true_twin_is_told(held: dict[str, Any], new: dict[str, Any], database: Database) -> None:
    with database.unit_of_work() as session:
        assert told(session, a_location(**held), a_location(**new)) == [True] * 3


@pytest.mark.parametrize(
    ("held", "new"),
    [
        pytest.param(TOWN, {**TOWN, "street": "40 Sample Road"}, id="two streets in the middle of a town"),
        pytest.param(TOWN, {**TOWN, "street": "14 Example Street"}, id="two houses"),
        pytest.param(TOWN, {**TOWN, "street": ""}, id="no street beside one"),
        pytest.param({**TOWN, "street": ""}, {**TOWN, "street": ""}, id="no streets"),
        pytest.param(
            {**EXACT, **TOWN, "precision": Precision.EXACT}, {**TOWN, "street": ""}, id="a house in the middle"
        ),
        pytest.param(
            EXACT, {**NEXT_DOOR, "street": "3 Church Lane", "precision": Precision.APPROXIMATE}, id="near one"
        ),
        pytest.param(EXACT, FAR, id="exact points, far from each other"),
        pytest.param(TOWN, {**TOWN, **ELSEWHERE}, id="one street of two towns"),
        pytest.param(TOWN, {**TOWN, "latitude": 32.7767, "longitude": -96.797}, id="two towns of one name"),
        pytest.param(NOWHERE, {**NOWHERE, "state": "MN"}, id="two towns of one name in two states"),
        pytest.param(TOWN, {**TOWN, **NO_TOWN}, id="no town"),
    ],
)
def test_a_false_twin_is_not_told(held: dict[str, Any], new: dict[str, Any], database: Database) -> None:
    with database.unit_of_work() as session:
        assert told(session, a_location(**held), a_location(**new)) == [False] * 3


def test_many_in_the_middle_of_one_town_hide_no_twin_among_them(database: Database) -> None:
    def at(number: int) -> ListingDraft:
        return a_listing(name=f"Owls {number}" * 3, location=a_location(street=f"{number} Example Street", **TOWN))

    with database.unit_of_work() as session:
        ids = [publish(session, at(number), actor="test", reason="", now=NOW) for number in range(1, 121)]
        draft = at(120)
        again = replace(draft, location=a_location(street="120 Example St", **TOWN))
        found = twins_of(session, {"row": again, "other": at(121)}, source_id=0)
        assert {key: number for key, (_, number, _) in found.items()} == {"row": str(ids[-1])}
        assert [each.id for each in likely(session, fields_of(again))] == [ids[-1]]


def test_how_far_a_twin_is_away_is_told_of_exact_points_alone(database: Database) -> None:
    with database.unit_of_work() as session:
        publish(session, a_listing(location=a_location(**EXACT)), actor="test", reason="", now=NOW)
        [exact] = likely(session, fields_of(a_listing(location=a_location(**NEXT_DOOR))))
        [rough] = likely(session, fields_of(a_listing(location=a_location(**TOWN))))
    assert exact.distance_km == pytest.approx(0.111, abs=0.01)
    assert rough.distance_km is None
