"""The question of a BMLT search: its parameters read as the contract of those servers has them.

What they cannot make sense of they pass over, or answer with nothing; so does this. An address is looked up in the
embedded places.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from finder.domain.errors import BadInputError
from finder.domain.geo import is_position
from finder.domain.text import tokens
from finder.feeds.bmlt_encode import KM_A_DEGREE, MILES_A_DEGREE
from finder.search.bmlt_question import DEFAULT_SORT, SORT_ALIASES, Around, BmltQuestion, Signed
from finder.web.forms.bmlt_arguments import Arguments, is_numeric, whole

#: As many meetings as a search for an address looks for when it is not told how far.
AUTO_MEETINGS = 10
SHORTEST_SEARCH = 3
MAX_SORT_KEYS = 20
#: What MySQL's natural language search passes over, as far as it is long enough to be looked for.
STOP_WORDS = frozenset(
    [
        "about",
        "are",
        "com",
        "for",
        "from",
        "how",
        "that",
        "the",
        "this",
        "was",
        "what",
        "when",
        "where",
        "who",
        "will",
        "with",
        "und",
        "www",
    ]
)
#: Looks up the words of an address: degrees, or None when nobody knows the place.
Locate = Callable[[str], tuple[float, float] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BmltRequest:
    """A search as it was asked. ``fields`` are those asked for, ``ignored`` parameters that were partly passed over.

    ``others``: no language was asked for, so formats that have no name in the site's own are told, too.
    """

    question: BmltQuestion
    language: str
    others: bool
    fields: tuple[str, ...]
    used_formats: bool
    formats_only: bool
    updated_after: dt.datetime | None
    ignored: tuple[str, ...]


def is_exact(args: Arguments) -> bool:
    """Whether a question holds somebody's place, so that its answer may be kept nowhere."""
    return args.has("lat_val") or args.has("long_val") or args.flag("StringSearchIsAnAddress")


def read_bmlt(args: Arguments, *, locate: Locate, unit: str, language: str, today: dt.date) -> BmltRequest:
    """Read a search. Raises BadInputError for an address that nobody knows and an ``updated_after`` that is no time."""
    text = _search_text(args)
    by_address = text is not None and args.flag("StringSearchIsAnAddress")
    around, nothing = _around(args)
    if by_address and text is not None:
        around, nothing = _around_address(args, text, locate, unit), False
    words, ids = (None, Signed()) if by_address or text is None else _searched(text)
    key, values = args.text("meeting_key"), tuple(args.texts("meeting_key_value"))
    page_size, page_num = args.number("page_size"), args.number("page_num")
    paged = page_size is not None and page_size >= 1
    question = BmltQuestion(
        nothing=nothing or words == (),
        meeting_ids=args.signed("meeting_ids"),
        search_ids=ids,
        weekdays=args.signed("weekdays"),
        venue_types=args.signed("venue_types"),
        services=args.signed("services"),
        recursive=args.flag("recursive"),
        formats=args.signed("formats"),
        any_format=(args.text("formats_comparison_operator") or "AND").upper() != "AND",
        key=key,
        key_values=values,
        starts_after=args.minutes("StartsAfter"),
        starts_before=args.minutes("StartsBefore"),
        ends_before=args.minutes("EndsBefore"),
        min_duration=args.minutes("MinDuration"),
        max_duration=args.minutes("MaxDuration"),
        around=around,
        by_distance=args.flag("sort_results_by_distance"),
        words=words,
        sort_keys=_sort_keys(args),
        page_size=int(page_size) if paged and page_size is not None else None,
        page_num=max(1, int(page_num or 1)),
        today=today,
    )
    spoken = args.texts("lang_enum")
    return BmltRequest(
        question=question,
        language=(spoken or [language])[0],
        others=not spoken,
        fields=tuple(args.listed("data_field_key")),
        used_formats=args.has("get_used_formats"),
        formats_only=args.has("get_formats_only"),
        updated_after=read_instant(args, "updated_after"),
        ignored=tuple(args.ignored),
    )


def read_instant(args: Arguments, name: str) -> dt.datetime | None:
    """An aware instant (RFC 3339, or a date; UTC unless it says otherwise). Raises BadInputError."""
    text = args.text(name)
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
        return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise BadInputError(name, f"Give {name} as a date or an instant such as 2026-03-10T18:00:00Z.") from error


def _search_text(args: Arguments) -> str | None:
    text = args.text("SearchString")
    return text if text is not None and (len(text) >= SHORTEST_SEARCH or is_numeric(text)) else None


def _searched(text: str) -> tuple[tuple[str, ...] | None, Signed]:
    """The words of a text search, or the numbers of meetings that it is made of."""
    parts = text.split(",")
    if all(is_numeric(part) for part in parts):
        return None, Signed(tuple(whole(part) for part in parts))
    words = [word for word in tokens(text) if len(word) >= SHORTEST_SEARCH and word not in STOP_WORDS]
    return tuple(dict.fromkeys(words)), Signed()


def _around(args: Arguments) -> tuple[Around | None, bool]:
    """The point asked for, and whether what was given of one makes the answer nothing."""
    latitude, longitude = args.number("lat_val"), args.number("long_val")
    if args.text("lat_val") is None and args.text("long_val") is None:
        return None, False
    miles, km = args.number("geo_width"), args.number("geo_width_km")
    fields = args.listed("data_field_key")
    wants_distance = "distance_in_miles" in fields or "distance_in_km" in fields
    if latitude is None or longitude is None or not is_position(latitude, longitude):
        return None, True
    if miles is None and km is None and not wants_distance:
        return None, True
    if miles is not None or km is None:
        return _wide(latitude, longitude, miles, MILES_A_DEGREE), False
    return _wide(latitude, longitude, km, KM_A_DEGREE), False


def _around_address(args: Arguments, text: str, locate: Locate, unit: str) -> Around:
    place = locate(text)
    if place is None:
        raise BadInputError("SearchString", "That place is not known: give a town with its state, or a postcode.")
    width = args.number("SearchStringRadius")
    width = -float(AUTO_MEETINGS) if width is None else width
    return _wide(*place, width, MILES_A_DEGREE if unit == "mi" else KM_A_DEGREE)


def _wide(latitude: float, longitude: float, width: float | None, a_degree: float) -> Around:
    if width is None:
        return Around(latitude=latitude, longitude=longitude, a_degree=a_degree)
    if width < 0:
        return Around(latitude=latitude, longitude=longitude, a_degree=a_degree, nearest=int(-width))
    return Around(latitude=latitude, longitude=longitude, a_degree=a_degree, radius=width)


def _sort_keys(args: Arguments) -> tuple[str, ...]:
    keys = args.listed("sort_keys")[:MAX_SORT_KEYS]
    return tuple(keys) or SORT_ALIASES.get(args.text("sort_key") or "", DEFAULT_SORT)
