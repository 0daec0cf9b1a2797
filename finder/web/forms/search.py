"""The question that a request asks: its parameters read, its place looked up, its URL made canonical.

The page's search and the API share it, so both mean the same. Coordinates are rounded to two decimals before anything
else sees them; the words of a place go to the embedded gazetteer and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from finder.config import Settings
from finder.domain.errors import BadInputError, FinderError
from finder.domain.geo import KM_PER_MILE
from finder.domain.text import clean, tokens
from finder.search.criteria import FORMAT_FACETS, SearchCriteria, Sort
from finder.search.districts import Districts, districts_of
from finder.search.places import Place, PlaceAnswer
from finder.search.snapshot import Snapshot
from finder.web.forms.fields import MAX_RAW_LENGTH, SearchForm
from finder.web.forms.known import Known, known_to
from finder.web.forms.query import PARAMETERS, to_query, with_, without
from finder.web.forms.values import MAX_WITHIN_MI
from finder.web.parts import Parts

__all__ = ["PARAMETERS", "InvalidSearchError", "SearchRequest", "read_search", "to_query", "with_", "without"]

#: How far is looked without being told, by unit.
DEFAULT_WITHIN = {"mi": 10.0, "km": 15.0}
PER_PAGE = 25
MAX_WORDS = 12
#: The kind of a place that is no more than coordinates.
POINT = "point"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """A question as it was asked and as the engine takes it.

    ``near`` is the place as typed, cleaned; ``place_answer`` what the gazetteer made of it (None when no place was
    typed). ``within`` is in ``unit``. ``asked`` is parameter -> values as in the URL, defaults left out.
    ``districts`` are the names of those asked for, by slug. ``exact_place``: the question came with coordinates (in
    ``lat`` and ``lon``, or typed as a place), so its answer may be kept nowhere. The place of coordinates bears the
    name of the nearest town.
    """

    criteria: SearchCriteria
    place: Place | None
    place_answer: PlaceAnswer | None
    near: str
    unit: str
    within: float
    asked: dict[str, tuple[str, ...]]
    exact_place: bool
    districts: Mapping[str, str] = field(default_factory=dict)

    @property
    def choices(self) -> tuple[Place, ...]:
        """The places of that name, when there are several and none was chosen."""
        return tuple(self.place_answer.choices) if self.place is None and self.place_answer is not None else ()


class InvalidSearchError(FinderError):
    """A question that cannot be asked: ``errors`` gives an instruction for each parameter at fault.

    ``asked`` holds every parameter as it came, cleaned, so that a form can show it again. ``place_answer`` is what the
    gazetteer said of a place it does not know.
    """

    def __init__(
        self, errors: dict[str, str], *, asked: dict[str, tuple[str, ...]], place_answer: PlaceAnswer | None = None
    ) -> None:
        super().__init__(" ".join(f"{name}: {message}" for name, message in errors.items()))
        self.errors = errors
        self.asked = asked
        self.place_answer = place_answer

    @property
    def is_about_a_place_alone(self) -> bool:
        """Whether all is as it should be, but no place has that name, or several have."""
        return self.errors.keys() == {"near"} and self.place_answer is not None


@dataclass(slots=True)
class _Reading:
    """A form on its way to a question, collecting what is wrong with it."""

    form: SearchForm
    known: Known
    districts: Districts = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    place: Place | None = None
    place_answer: PlaceAnswer | None = None

    def value(self, name: str) -> Any:  # noqa: ANN401 - each parameter has a type of its own
        """What was read of parameter *name*; None or () when it was not given or is at fault."""
        return self.form.value(name)

    def check_choices(self) -> None:
        """Refuse slugs of programs, formats and regions that the directory does not have."""
        for name, allowed in self.known.by_parameter.items():
            for slug in self.value(name):
                if slug not in allowed:
                    self.errors.setdefault(name, self.known.refusal(name, slug))

    @property
    def listing_ids(self) -> tuple[int, ...] | None:
        """The listings of the districts asked for, None where none is."""
        asked = [self.districts[slug].ids for slug in self.value("district")]
        return tuple(sorted({number for ids in asked for number in ids})) if asked else None

    def find_place(self, parts: Parts, snapshot: Snapshot) -> None:
        """Turn coordinates, or else the words of a place, into the place."""
        latitude, longitude, near = self.value("lat"), self.value("lon"), self.value("near")
        if self.form.faults.keys() & {"lat", "lon", "near"}:
            return
        if (latitude is None) != (longitude is None):
            name, other = ("lat", "lon") if latitude is None else ("lon", "lat")
            self.errors[name] = f"Give {name} together with {other}."
        elif latitude is not None:
            self.place = parts.gazetteer.nearby(latitude, longitude)
        elif near:
            self._look_up(near, parts, snapshot)

    def _look_up(self, near: str, parts: Parts, snapshot: Snapshot) -> None:
        local, home = parts.local.current(snapshot.revision), parts.settings.country
        try:
            found = parts.gazetteer.lookup(near, default_country=home, local=local)
        except BadInputError as error:
            self.errors["near"] = error.message
            return
        self.place, self.place_answer = found.place, found
        if found.place is None and not found.choices:
            self.errors["near"] = found.message

    def distance(self, settings: Settings) -> tuple[str, float]:
        """The unit, and how far is looked in it; too far is an error."""
        unit = self.value("unit") or settings.unit
        within = self.value("within")
        if within is None:
            within = DEFAULT_WITHIN[unit]
        if to_km(within, unit) > MAX_WITHIN_MI * KM_PER_MILE + 0.01:
            limit = MAX_WITHIN_MI if unit == "mi" else int(MAX_WITHIN_MI * KM_PER_MILE)
            self.errors["within"] = f"Choose a distance of at most {limit} {unit}."
        return unit, within


def read_search(
    args: "MultiDict[str, str]", *, parts: Parts, snapshot: Snapshot, max_per_page: int = 100
) -> SearchRequest:
    """Read the question in *args*; parameters that are not of a search are ignored.

    Raises InvalidSearchError naming every parameter that cannot be used and what to do about it. Several places of one
    name are no error: the request then has no place, and ``choices``.
    """
    reading = _Reading(SearchForm(args), known_to(snapshot.vocabulary))
    if "district" in args:  # few ask for one, and all of them have to be read
        reading.districts = districts_of(parts.reader, snapshot)
        reading.known = reading.known.with_districts(reading.districts)
    reading.errors.update(reading.form.faults)
    reading.check_choices()
    reading.find_place(parts, snapshot)
    unit, within = reading.distance(parts.settings)
    if reading.errors:
        raise InvalidSearchError(reading.errors, asked=_as_it_came(args), place_answer=reading.place_answer)
    exact = reading.place is not None and reading.place.kind == POINT
    per_page = min(reading.value("per_page") or PER_PAGE, max_per_page)
    return SearchRequest(
        criteria=_criteria(reading, parts.settings, within_km=to_km(within, unit), per_page=per_page),
        place=reading.place,
        place_answer=reading.place_answer,
        near="" if exact else reading.value("near") or "",
        unit=unit,
        within=within,
        asked=_asked(reading, parts.settings, unit, exact=exact),
        exact_place=exact,
        districts={slug: reading.districts[slug].name for slug in reading.value("district")},
    )


def to_km(distance: float, unit: str) -> float:
    """*distance* in *unit* (mi or km) as kilometres."""
    return distance * KM_PER_MILE if unit == "mi" else distance


def _criteria(reading: _Reading, settings: Settings, *, within_km: float, per_page: int) -> SearchCriteria:
    value, place = reading.value, reading.place
    sort = value("sort") or Sort.SOONEST
    return SearchCriteria(
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        within_km=within_km,
        region_ids=tuple(reading.known.regions[slug] for slug in value("region")),
        listing_ids=reading.listing_ids,
        zone=(place.zone if place else "") or value("tz") or settings.zone,
        when=value("when"),
        days=tuple(sorted(value("day"))),
        bands=value("time"),
        start_from=value("from"),
        start_until=value("until"),
        programs=value("program"),
        approaches=value("approach"),
        formats=value("format"),
        attendance=value("attendance"),
        words=tuple(dict.fromkeys(tokens(value("q") or "")))[:MAX_WORDS],
        sort=Sort.SOONEST if sort is Sort.NEAREST and place is None else sort,
        page=value("page") or 1,
        per_page=per_page,
        **{facet: value(facet) for facet in FORMAT_FACETS},
    )


def _asked(reading: _Reading, settings: Settings, unit: str, *, exact: bool) -> dict[str, tuple[str, ...]]:
    """The canonical parameters of what was read; a point that was typed as a place stands in its own parameters."""
    asked: dict[str, tuple[str, ...]] = {}
    for form_field in reading.form:
        value = form_field.data
        if value is None or value == ():
            continue
        values = value if isinstance(value, tuple) else (value,)
        asked[form_field.name] = tuple(_as_text(form_field.name, part) for part in values)
    place = reading.place
    if exact and place is not None:
        asked.pop("near", None)
        asked |= {"lat": (_as_text("lat", place.latitude),), "lon": (_as_text("lon", place.longitude),)}
    defaults = {"unit": settings.unit, "within": f"{DEFAULT_WITHIN[unit]:g}", "sort": "soonest", "page": "1"}
    defaults["per_page"] = str(PER_PAGE)
    return {name: values for name, values in asked.items() if values != (defaults.get(name),)}


def _as_text(name: str, value: object) -> str:
    """One value as it stands in a URL."""
    if name in {"from", "until"} and isinstance(value, int):
        return f"{value // 60:02d}:{value % 60:02d}"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _as_it_came(args: "MultiDict[str, str]") -> dict[str, tuple[str, ...]]:
    """The parameters of a search as they came, made harmless to show; coordinates are left out."""
    kept: Mapping[str, list[str]] = {name: args.getlist(name)[:10] for name in PARAMETERS if name in args}
    texts = {
        name: tuple(text for value in values if (text := clean(value[:MAX_RAW_LENGTH])[:200]))
        for name, values in kept.items()
        if name not in {"lat", "lon"}
    }
    return {name: values for name, values in texts.items() if values}
