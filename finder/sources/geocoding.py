"""Points of addresses from a geocoder that the operator chose: Nominatim, Photon or Pelias, through geopy.

Asked before any transaction is open, once an address a run. A geocoder that fails is not asked again in that run: an
import must not take hours because a server is down.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from geopy.adapters import URLLibAdapter
from geopy.exc import GeopyError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim, Pelias, Photon

from finder.domain.errors import BadInputError
from finder.domain.text import fold
from finder.domain.vocabulary import Precision

USER_AGENT = "MeetingFinder"
TIMEOUT_SECONDS = 10
MAX_FAILURES = 3
MAX_LATITUDE, MAX_LONGITUDE = 90, 180
#: The public servers ask for at most one question a second; one's own may be asked as fast as it answers.
PUBLIC_HOSTS = ("openstreetmap.org", "komoot.io", "geocode.earth")
PUBLIC_DELAY_SECONDS = 1.0

#: What the answer found is, in each protocol's words, when it is a building or a house number.
EXACT_KINDS = frozenset({"house", "building", "address", "venue", "amenity", "place_of_worship", "shop", "office"})


@dataclass(frozen=True, slots=True)
class Found:
    """A point in degrees (WGS 84) and how exact it is."""

    latitude: float
    longitude: float
    precision: Precision


@dataclass(slots=True)
class Geocoder:
    """Asks one geocoder; remembers answers, also that there was none. ``failed`` counts questions that went wrong."""

    ask: Callable[[str], Any]
    failed: int = 0
    _known: dict[str, Found | None] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Whether it is worth asking: it has not failed MAX_FAILURES times in a row."""
        return self.failed < MAX_FAILURES

    def locate(self, address: str) -> Found | None:
        """The point of *address*, or None when it is unknown or the geocoder does not answer. Never raises for it."""
        key = fold(address)
        if key in self._known:
            return self._known[key]
        if not self.usable or not key:
            return None
        try:
            answer = self.ask(address)
        except (GeopyError, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
            self.failed += 1  # down, refusing, or not speaking its protocol: all the same to an import
            return None
        self.failed = 0
        self._known[key] = found = _found(answer)
        return found


def geocoder_of(kind: str, url: str) -> Geocoder | None:
    """The geocoder *kind* (none, nominatim, photon, pelias) at *url*; None for "none".

    Raises BadInputError for another kind or an address that is not http(s).
    """
    if kind == "none":
        return None
    makers: dict[str, Callable[..., Any]] = {"nominatim": Nominatim, "photon": Photon, "pelias": Pelias}
    if kind not in makers:
        raise BadInputError("geocoder", f"There is no geocoder {kind!r}: choose none, nominatim, photon or pelias.")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadInputError("geocoder_url", "Give the geocoder's address, such as https://geocoder.example.org.")
    maker = makers[kind](
        domain=parts.netloc + parts.path.rstrip("/"),
        scheme=parts.scheme,
        user_agent=USER_AGENT,
        timeout=TIMEOUT_SECONDS,
        proxies={},  # nothing is taken from the environment
        adapter_factory=URLLibAdapter,  # another one that happens to be installed would ask again by itself
    )
    ask: Callable[[str], Any] = partial(maker.geocode, exactly_one=True)
    if any(parts.hostname == host or parts.hostname.endswith("." + host) for host in PUBLIC_HOSTS):
        ask = RateLimiter(ask, min_delay_seconds=PUBLIC_DELAY_SECONDS, max_retries=0, swallow_exceptions=False)
    return Geocoder(ask)


def _found(answer: Any) -> Found | None:  # noqa: ANN401 - geopy has no types
    if answer is None:
        return None
    latitude, longitude = float(answer.latitude), float(answer.longitude)
    if not (abs(latitude) <= MAX_LATITUDE and abs(longitude) <= MAX_LONGITUDE):  # also turns NaN away
        return None
    exact = _kind(answer.raw) in EXACT_KINDS
    return Found(round(latitude, 7), round(longitude, 7), Precision.EXACT if exact else Precision.APPROXIMATE)


def _kind(raw: object) -> str:
    """What was found, in the protocol's own word: Nominatim addresstype or class, Photon type, Pelias layer."""
    if not isinstance(raw, dict):
        return ""
    properties = raw.get("properties")
    told = properties if isinstance(properties, dict) else raw
    for name in ("layer", "addresstype", "type", "class"):
        word = told.get(name)
        if isinstance(word, str) and word in EXACT_KINDS:
            return word
    return ""
