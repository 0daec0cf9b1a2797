"""Questions in the words of other meeting finders: tsml-ui's parameters, the WordPress plugin's, and those of its feed.

They become a question of ours that has the same answer. What cannot be understood is left out and named, never an
error: people follow bookmarks that they made years ago.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from finder.domain.text import clean, slugify
from finder.search.criteria import FORMAT_FACETS, TimeBand
from finder.search.places import MAX_LENGTH as MAX_PLACE_LENGTH
from finder.web.feed_words import FeedWords, TypeWord
from finder.web.forms.query import PARAMETERS
from finder.web.forms.values import MAX_WITHIN_MI, MAX_WORDS_LENGTH, WEEKDAY_NAMES, degrees, read_day, read_distance

#: What each parameter is about, by name. The plugin's own begin with "tsml-"; its oldest have one or two letters.
NAMES = {
    "search": "words",
    "query": "words",
    "mode": "mode",
    "view": "view",
    "meeting": "meeting",
    "region": "region",
    "district": "district",
    "weekday": "day",
    "day": "day",
    "time": "time",
    "type": "type",
    "distance": "distance",
    "distance_units": "unit",
    "latitude": "latitude",
    "longitude": "longitude",
    "attendance_option": "attendance",
}
PLUGIN = "tsml-"
#: Names that no question of ours has: whoever gives one of them comes from elsewhere.
FOREIGN = frozenset(NAMES) - frozenset(PARAMETERS)
#: Ways to attend: of those that are asked for one is enough, and hybrid meetings are all three.
ATTENDANCE = ("in_person", "online", "hybrid")
#: Types that readers derive, by the slug of their names.
DERIVED = {"in-person": "in_person", "online": "online", "onl": "online", "hybrid": "hybrid"}
SPEAKER_AND_DISCUSSION = {"spd", "speaker-discussion"}
ANY = frozenset({"any", "all", "active", ""})
#: "Upcoming" has room for those who are a little late.
BANDS = frozenset(band.value for band in TimeBand)
LATE = dt.timedelta(minutes=10)
MAX_VALUES = 50

_BETWEEN = re.compile(r"[/,]")
_OR = re.compile(r"\s+OR\s+|\|")


@dataclass(slots=True)
class Elsewhere:
    """A question from elsewhere.

    ``asked`` is it in our parameters; ``ignored`` are the names of what could not be used. ``meeting`` is the slug of
    one meeting. ``codes``, ``attendance`` and ``districts`` say exactly what rows of a feed have to have.
    """

    asked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    meeting: str = ""
    codes: list[str] = field(default_factory=list)
    attendance: set[str] = field(default_factory=set)
    districts: set[str] = field(default_factory=set)
    point: tuple[float, float] | None = None

    @property
    def unusable(self) -> list[str]:
        """What was to narrow the answer and cannot: without it, that would be an answer to another question."""
        used = {
            "region": bool(self.asked.get("region")),
            "weekday": bool(self.asked.get("day")),
            "time": bool(self.asked.get("time")),
            "latitude": self.point is not None,
            "distance": bool(self.asked.get("within")),
            "attendance_option": bool(self.attendance),
        }
        return [name for name in self.ignored if not used.get(name, True)]

    def ignore(self, name: str) -> None:
        """Note that a parameter could not be used."""
        if name not in self.ignored:
            self.ignored.append(name)


def is_from_elsewhere(args: "MultiDict[str, str]", words: FeedWords | None) -> bool:
    """Whether *args* are a question in words of others: by their names, or by values that only others have.

    *words* are needed where a region or a district is asked for.
    """
    if any(name in FOREIGN or name.startswith(PLUGIN) for name in args):
        return True
    regions, time = ",".join(args.getlist("region")), args.get("time", "")
    if time in {"appointment", "upcoming"} or ("/" in time and not BANDS.isdisjoint(_split([time.lower()]))):
        return True
    if words and any(
        _is_district_elsewhere(clean(value[:1000]), words) for value in args.getlist("district")[:MAX_VALUES]
    ):
        return True
    known = words.regions if words else {}
    slugs = _split([regions.lower()])
    joined = "/" in regions and any(slug in known for slug in slugs)
    return joined or any(known.get(slug, (slug,)) != (slug,) for slug in slugs)


def _is_district_elsewhere(value: str, words: FeedWords) -> bool:
    """Whether *value* names districts of ours, or regions, but not as a question of ours does."""
    given = [text.strip() for text in value.split(",")]
    parts = [part for text in given if text not in words.districts for part in _split([text])]
    return any(slugify(part) in words.districts or words.regions_called(part) for part in parts)


def from_elsewhere(args: "MultiDict[str, str]", words: FeedWords, *, now: dt.datetime, own: bool = True) -> Elsewhere:
    """What *args* ask. *now* is aware, in the site's zone. *own*: parameters of ours beside them are kept."""
    found = Elsewhere()
    given = _given(args)
    if own:
        _keep_own(args, found)
    found.meeting = "".join(given.get("meeting", ())[:1]).strip("/")
    mode = "".join(given.get("mode", ())[:1]).lower()
    _point(given, found, mode)
    _words(given, found, mode)
    _regions(given, words, found)
    _days_and_times(given, found, now)
    _types(_split(given.get("type", ())), words, found)
    _attendance(_split(given.get("attendance", ())), found)
    if found.attendance and found.attendance < set(ATTENDANCE):
        found.asked["attendance"] = tuple(name for name in ATTENDANCE if name in found.attendance)
    return found


def _given(args: "MultiDict[str, str]") -> dict[str, list[str]]:
    """Values by what they are about, cleaned; PHP's ``name[]`` is ``name``."""
    found: dict[str, list[str]] = {}
    for name in args:
        plain = re.sub(r"\[\w*\]$", "", name).removeprefix(PLUGIN)
        if plain in NAMES:
            values = [clean(value[:1000]) for value in args.getlist(name)[:MAX_VALUES]]
            found.setdefault(NAMES[plain], []).extend(value for value in values if value)
    return found


def _split(values: Iterable[str]) -> list[str]:
    parts = [part.strip() for value in values for part in _BETWEEN.split(value)]
    return [part for part in parts if part][:MAX_VALUES]


def _keep_own(args: "MultiDict[str, str]", found: Elsewhere) -> None:
    """Parameters of ours that no other finder has."""
    for name in PARAMETERS:
        values = tuple(text for value in args.getlist(name)[:MAX_VALUES] if (text := clean(value[:MAX_WORDS_LENGTH])))
        if values and name not in {"lat", "lon", *NAMES}:
            found.asked[name] = values
    _put_point(found, args.get("lat", ""), args.get("lon", ""))


def _put_point(found: Elsewhere, latitude: str, longitude: str) -> bool:
    try:
        point = degrees(90, "latitude")(latitude[:40].strip()), degrees(180, "longitude")(longitude[:40].strip())
    except ValueError:
        return False
    found.point = point
    found.asked |= {"lat": (f"{point[0]:g}",), "lon": (f"{point[1]:g}",)}
    return True


def _point(given: Mapping[str, list[str]], found: Elsewhere, mode: str) -> None:
    latitude, longitude = ("".join(given.get(name, ())[:1]) for name in ("latitude", "longitude"))
    if (latitude or longitude) and not _put_point(found, latitude, longitude):
        found.ignore("latitude")
    if mode == "me" and found.point is None:
        found.ignore("mode")
    unit = "".join(given.get("unit", ())[:1]).lower()
    if unit in {"mi", "km"}:
        found.asked["unit"] = (unit,)
    distances = []
    for text in _split(given.get("distance", ())):
        try:
            distances.append(read_distance(text))
        except ValueError:
            found.ignore("distance")
    if distances and max(distances) > 0:
        found.asked["within"] = (f"{min(max(distances), MAX_WITHIN_MI):g}",)


def _words(given: Mapping[str, list[str]], found: Elsewhere, mode: str) -> None:
    text = " ".join(given.get("words", ())).replace('"', " ").replace("\\", " ")
    first, *others = [part for part in _OR.split(text) if part.strip()] or [""]
    if others:  # only one of several can be looked for
        found.ignore("search")
    if not first.strip():
        return
    if mode == "location":
        if found.point is None:
            found.asked["near"] = (clean(first)[:MAX_PLACE_LENGTH],)
    elif mode != "me":
        found.asked["q"] = (clean(first)[:MAX_WORDS_LENGTH],)


def _regions(given: Mapping[str, list[str]], words: FeedWords, found: Elsewhere) -> None:
    slugs: dict[str, None] = {}
    for name in ("region", "district"):
        for text in _split(given.get(name, ())):
            slug = slugify(text) if name == "district" else ""
            known = () if slug in words.districts else words.regions_called(text)
            if known:
                slugs |= dict.fromkeys(known)
            elif slug:
                found.districts.add(slug)
            else:
                found.ignore(name)
    if slugs:
        found.asked["region"] = tuple(slugs)


def _days_and_times(given: Mapping[str, list[str]], found: Elsewhere, now: dt.datetime) -> None:
    days: dict[str, None] = {}
    for text in _split(given.get("day", ())):
        if text.lower() in ANY:
            continue
        try:
            days[str(now.isoweekday() % 7 if text.lower() == "today" else read_day(text))] = None
        except ValueError:
            found.ignore("weekday")
    bands = []
    for text in map(str.lower, _split(given.get("time", ()))):
        if text == "upcoming":
            begun = now - LATE
            found.asked["from"] = ("00:00" if begun.date() < now.date() else begun.strftime("%H:%M"),)
            days = days or {str(now.isoweekday() % 7): None}
        elif text in BANDS:
            bands.append(text)
        elif text not in ANY:
            found.ignore("time")
    if days and len(days) < len(WEEKDAY_NAMES):
        found.asked["day"] = tuple(sorted(days))
    if bands:
        found.asked["time"] = tuple(dict.fromkeys(bands))


def _types(texts: Iterable[str], words: FeedWords, found: Elsewhere) -> None:
    """All types have to be there: each takes a parameter of its own, since of two in one either is enough."""
    wanted: dict[str, TypeWord] = {}
    derived: set[str] = set()
    for text in texts:
        key = slugify(text) or text.lower()
        if text.lower() in ANY:
            continue
        if key in DERIVED:
            derived.add(DERIVED[key])
        elif key in SPEAKER_AND_DISCUSSION:
            wanted |= {code: words.types[code] for code in ("sp", "d") if code in words.types}
        elif word := words.types.get(text.lower()) or words.types.get(key):
            wanted[word.code] = word
        else:
            found.codes.append(text)
            found.ignore("type")
    found.attendance |= {"hybrid"} if len(derived) > 1 else derived
    for word in {word.code: word for word in wanted.values()}.values():
        found.codes.append(word.code)
        name = word.kind if word.kind in FORMAT_FACETS and word.kind not in found.asked else "format"
        if name in found.asked:
            found.ignore("type")
        else:
            found.asked[name] = (word.format,)


def _attendance(texts: Iterable[str], found: Elsewhere) -> None:
    for text in texts:
        key = text.lower().replace("-", "_")
        if key in ATTENDANCE or key == "inactive":
            found.attendance.add(key)
        elif key == "active":
            found.attendance |= set(ATTENDANCE)
        elif key not in ANY:
            found.ignore("attendance_option")
