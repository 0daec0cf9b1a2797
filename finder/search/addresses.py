"""What to look for of an address: its postcode, then its town with state and country."""

import re
from collections.abc import Iterator

from finder.domain.listing import LocationDraft
from finder.domain.text import clean, fold

_HAS_DIGIT = re.compile(r"\S*\d\S*")
_HOME = {"usa", "us", "united states", "united states of america"}
MAX_PARTS = 4


def tries(location: LocationDraft) -> Iterator[str]:
    """Texts to look a location up by, the most telling first."""
    if location.postal_code:
        yield location.postal_code
    if location.city:
        for area in ((location.state, location.country), (location.state,)):
            yield ", ".join((location.city, *filter(None, area)))
    parts = [clean(part) for part in location.formatted_address.split(",") if clean(part)]
    home = bool(parts) and fold(parts[-1]) in _HOME
    last = parts[-2:-1] if home else parts[-1:]  # a ZIP code stands at the end, before the country
    yield from (part for part in last if _HAS_DIGIT.search(part))
    named = [name for part in parts if (name := clean(_HAS_DIGIT.sub(" ", part)))]
    for length in (3, 2, MAX_PARTS):
        if 1 < length <= len(named):
            yield ", ".join(named[-length:])
