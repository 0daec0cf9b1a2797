"""The search form: every parameter of a question, how often it may be given and how it is read.

It is a GET form: shareable, without a token. An empty parameter is one that was not given; a parameter that is not in
the form is ignored. The page's search and the API read the same form.
"""

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.widgets import TextInput

from finder.domain.text import clean
from finder.domain.vocabulary import Approach, Attendance
from finder.search.criteria import FORMAT_FACETS, Sort, TimeBand, When
from finder.search.places import MAX_LENGTH as MAX_PLACE_LENGTH
from finder.web.forms.query import PARAMETERS
from finder.web.forms.values import (
    MAX_PAGE,
    MAX_WORDS_LENGTH,
    choice_of,
    degrees,
    read_clock,
    read_day,
    read_distance,
    read_slug,
    read_zone,
    shown,
    text_of,
    whole,
)

#: Different values one repeatable parameter may have; no facet has more choices than this.
MAX_CHOICES = 100
#: Longer values are refused before anything looks at them.
MAX_RAW_LENGTH = 2000

UNITS = {"mi": "miles", "km": "kilometres"}


def given(values: Iterable[str]) -> tuple[str, ...]:
    """The values that say something, cleaned, each once, in the order given; raises ValueError on an enormous one."""
    found: dict[str, None] = {}
    for value in values:
        if len(value) > MAX_RAW_LENGTH:
            raise ValueError("This is far too long: shorten it.")
        text = clean(value)
        if text:
            found[text] = None
    return tuple(found)


def read_unit(text: str) -> str:
    """The unit of distances: mi or km."""
    unit = text.lower()
    if unit not in UNITS:
        raise ValueError(f"{shown(text)} is not a unit: give mi or km.")
    return unit


class One(Field):  # type: ignore[misc]  # WTForms brings no types
    """A parameter that is given once. ``data`` is its value, or None."""

    widget = TextInput()

    def __init__(self, label: str, read: Callable[[str], object], **options: object) -> None:
        super().__init__(label, **options)
        self.read = read

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the one value; raises ValueError when there are several different ones."""
        self.data = None
        texts = given(valuelist)
        if len(texts) > 1:
            raise ValueError("Give this once: it came with several different values.")
        if texts:
            self.data = self.read(texts[0])

    def _value(self) -> str:
        """The text to show in the field again: as it came, cleaned."""
        return clean(self.raw_data[0][:MAX_RAW_LENGTH]) if self.raw_data else ""


class Many(One):
    """A parameter that may be repeated, or hold several values with commas. ``data`` is a tuple of values."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read every value; raises ValueError naming the first that cannot be used."""
        self.data = ()
        texts = given(part for value in valuelist[: MAX_CHOICES + 1] for part in value.split(","))
        if len(texts) > MAX_CHOICES or len(valuelist) > MAX_CHOICES:
            raise ValueError(f"Give at most {MAX_CHOICES} values.")
        self.data = tuple(dict.fromkeys(self.read(text) for text in texts))


class EverySearchField(Form):  # type: ignore[misc]  # WTForms brings no types
    """Every parameter of a search, in the order they stand in a canonical URL."""

    near = One("City, postcode or neighbourhood", text_of(MAX_PLACE_LENGTH))
    lat = One("Latitude", degrees(90, "latitude"))
    lon = One("Longitude", degrees(180, "longitude"))
    within = One("Within", read_distance)
    unit = One("Unit", read_unit)
    region = Many("Region", read_slug)
    district = Many("District", read_slug)
    when = Many("When", choice_of(When))
    day = Many("Day", read_day)
    time = Many("Time of day", choice_of(TimeBand))
    start_from = One("Starting from", read_clock, name="from")
    start_until = One("Starting before", read_clock, name="until")
    program = Many("Program", read_slug)
    approach = Many("Approach", choice_of(Approach))
    audience = Many("For whom", read_slug)
    focus = Many("Recovery focus", read_slug)
    style = Many("Style", read_slug)
    openness = Many("Open or closed", read_slug)
    language = Many("Language", read_slug)
    access = Many("Access", read_slug)
    format = Many("Format", read_slug)
    attendance = Many("Attendance", choice_of(Attendance))
    q = One("Words", text_of(MAX_WORDS_LENGTH))
    sort = One("Order", choice_of(Sort))
    page = One("Page", whole(1, MAX_PAGE))
    per_page = One("Meetings a page", whole(1, 100))
    tz = One("Time zone", read_zone)


#: Parameter -> its field, unbound, and what it holds when it was not given: () for one that may be repeated, or None.
FIELDS: dict[str, tuple[UnboundField, tuple[()] | None]] = {
    bound.name: (getattr(EverySearchField, attribute), () if isinstance(bound, Many) else None)
    for attribute, bound in EverySearchField()._fields.items()
}
if tuple(FIELDS) != PARAMETERS or not set(FORMAT_FACETS) <= set(PARAMETERS):
    raise RuntimeError("The fields of the search form and the parameters of a query differ.")


class SearchForm(BaseForm):  # type: ignore[misc]  # WTForms brings no types
    """The fields of a search that were given: most questions give two or three of twenty-seven."""

    def __init__(self, args: "MultiDict[str, str]") -> None:
        super().__init__({name: FIELDS[name][0] for name in PARAMETERS if name in args})
        self.process(args)

    def value(self, name: str) -> Any:  # noqa: ANN401 - each parameter has a type of its own
        """What was read of parameter *name*; None or () when it was not given or is at fault."""
        held = self._fields.get(name)
        return FIELDS[name][1] if held is None else held.data

    @property
    def faults(self) -> dict[str, str]:
        """Parameter -> instruction, for every parameter that cannot be used as it came."""
        return {field.name: field.process_errors[0] for field in self if field.process_errors}
