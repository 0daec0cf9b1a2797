"""Public documents as they stand on the shelf; a test names only what matters to it."""

from typing import Any


def a_rule(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the key holds
    """Tuesdays at seven in the evening, for an hour, in Chicago's zone."""
    return {
        "kind": "weekly",
        "weekdays": [2],
        "start": "19:00",
        "duration_min": 60,
        "zone": "America/Chicago",
        "interval": 1,
        "weeks_of_month": [],
        "first_date": None,
        "last_date": None,
    } | changes


def an_override(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the key holds
    """A cancelled day."""
    return {
        "kind": "cancelled",
        "first_date": "2026-03-17",
        "last_date": "2026-03-17",
        "start": None,
        "duration_min": None,
        "place": "",
        "note": "",
    } | changes


def a_place(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the key holds
    """A hall in Austin."""
    return {
        "id": 4,
        "name": "Larkspur Hall",
        "address": "12 Example Street, Austin, TX 78701, USA",
        "street": "12 Example Street",
        "unit": "",
        "city": "Austin",
        "state": "TX",
        "postal_code": "78701",
        "country": "US",
        "latitude": 30.2672,
        "longitude": -97.7431,
        "precision": "exact",
        "notes": "",
        "access_notes": "",
        "address_visibility": "public",
    } | changes


def a_document(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the key holds
    """An open AA meeting on Tuesday evenings in Austin."""
    return {
        "id": 1,
        "slug": "courage",
        "revision": 3,
        "name": "Courage at Seven",
        "program": "aa",
        "attendance": "in_person",
        "temporarily_closed": False,
        "schedule": a_rule(),
        "overrides": [],
        "formats": ["open"],
        "unmapped_types": [],
        "group": None,
        "location": a_place(),
        "region": [{"slug": "texas", "name": "Texas"}],
        "service_body": None,
        "conference": None,
        "join_policy": "open",
        "notes": "",
        "website": "",
        "url": "",
        "confirmed_at": None,
        "updated_at": "2026-02-01T12:00:00Z",
        "source": "",
        "source_key": "",
        "bmlt_id": 1,
        "world_id": "",
        "extra": {},
        "demo": False,
    } | changes
