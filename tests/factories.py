"""Valid drafts; a test names only what matters to it."""

import datetime as dt
from dataclasses import replace
from itertools import count
from typing import Any

from finder.domain.listing import GroupDraft, ListingDraft, LocationDraft
from finder.domain.schedule import Schedule
from finder.domain.vocabulary import Attendance

_numbers = count(1)


def a_location(**changes: Any) -> LocationDraft:  # noqa: ANN401 - whatever the field takes
    """A hall in Austin."""
    location = LocationDraft(
        name="Larkspur Hall",
        formatted_address="12 Example Street, Austin, TX 78701, USA",
        street="12 Example Street",
        city="Austin",
        state="TX",
        postal_code="78701",
        country="US",
        latitude=30.2672,
        longitude=-97.7431,
        zone="America/Chicago",
    )
    return replace(location, **changes)


def a_schedule(**changes: Any) -> Schedule:  # noqa: ANN401 - whatever the field takes
    """Tuesdays at seven in the evening, for an hour, in Austin."""
    return replace(Schedule(weekdays=(2,), start=dt.time(19), zone="America/Chicago"), **changes)


def a_listing(**changes: Any) -> ListingDraft:  # noqa: ANN401 - whatever the field takes
    """An open AA meeting on Tuesday evenings in Austin."""
    number = next(_numbers)
    listing = ListingDraft(
        name=f"Courage at Seven {number}",
        program="aa",
        attendance=Attendance.IN_PERSON,
        schedule=a_schedule(),
        source_key=f"key-{number}",
        formats=("open",),
        group=GroupDraft(name="Courage Group"),
        location=a_location(),
        region=("United States", "Texas", "Austin"),
    )
    return replace(listing, **changes)
