"""Addresses of Meeting Guide rows: one line and its parts, whichever of the two a feed gives."""

import re
from dataclasses import dataclass, replace

from finder.feeds.meeting_guide_record import Record

ADDRESS_LENGTH = 1024
POSTAL_LENGTH = 64
CODE_LENGTH = 2

#: The first part of an address that stands in for none, since readers drop rows without one: the meeting is held
#: online, or its address is nobody's business.
ONLINE = "Online"
NOT_PUBLIC = "Address not public"
#: What is known of an address to which a directory of this kind has added parts, since readers want four of them.
KNOWN_ADDRESS = "address_as_known"

_NAMES = {
    "US": "usa, us, united states, united states of america, puerto rico",
    "CA": "canada",
    "MX": "mexico, méxico",
    "GB": "united kingdom, uk, great britain, england, scotland, wales, northern ireland",
    "IE": "ireland",
    "AU": "australia",
    "NZ": "new zealand",
    "DE": "germany, deutschland",
    "AT": "austria, österreich",
    "CH": "switzerland, schweiz, suisse",
    "FR": "france",
    "BE": "belgium, belgique, belgië",
    "NL": "netherlands, the netherlands, nederland",
    "ES": "spain, españa",
    "PT": "portugal",
    "IT": "italy, italia",
    "SE": "sweden, sverige",
    "NO": "norway, norge",
    "DK": "denmark, danmark",
    "FI": "finland, suomi",
    "IS": "iceland, ísland",
    "PL": "poland, polska",
    "GR": "greece",
    "TR": "turkey, türkiye",
    "UA": "ukraine",
    "RU": "russia",
    "IL": "israel",
    "JP": "japan",
    "CN": "china",
    "HK": "hong kong",
    "SG": "singapore",
    "TH": "thailand",
    "PH": "philippines",
    "IN": "india",
    "ZA": "south africa",
    "KE": "kenya",
    "NG": "nigeria",
    "BR": "brazil, brasil",
    "AR": "argentina",
    "CL": "chile",
    "PE": "peru, perú",
    "CO": "colombia",
    "CR": "costa rica",
    "GT": "guatemala",
    "PA": "panama, panamá",
}
#: ISO 3166 codes of the names that stand at the end of addresses; what is not here stays part of the line.
COUNTRIES = {name: code for code, names in _NAMES.items() for name in names.split(", ")}
#: The same the other way, by the first of the names.
_CALLED = {code: names.split(", ")[0] for code, names in _NAMES.items()} | {"US": "USA"}

_STREET = re.compile(
    r"(?:#?\d+[\w/.-]*|[A-Z]\d+\w*)\s+\S|\D+\s\d+\s?[a-z]?$"
    r"|.*\b(?:and|&|at|@)\b.*\b(?:st|street|ave|avenue|rd|road|hwy)\b",
    re.IGNORECASE,
)
_POSTAL = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9 -]{2,9}", re.IGNORECASE)
STATE_POSTAL = re.compile(
    r"(.*?\S)\s+(\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})", re.IGNORECASE
)
_POSTAL_CITY = re.compile(r"(\d{4,5}) ([^\d\s].*)")  # "10115 Berlin"


@dataclass(frozen=True, slots=True)
class Address:
    """An address in one line and in parts, as far as they can be told apart."""

    formatted: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


def read_address(record: Record) -> tuple[Address, bool]:
    """The address of a row, and whether it was given in parts with a street among them."""
    formatted = record.line(KNOWN_ADDRESS, "formatted_address", limit=ADDRESS_LENGTH)
    street = record.line("address", limit=ADDRESS_LENGTH)
    given = Address(
        street=street,
        city=record.line("city"),
        state=record.line("state"),
        postal_code=record.line("postal_code", "zip", limit=POSTAL_LENGTH),
        country=coded(record.line("country")),
    )
    if not formatted and street and not given.city and "," in street:
        formatted, street = street, ""  # some feeds keep the whole address in "address"
    if formatted:
        told = _apart(_tidy(formatted))
        return told if not given.city else replace(given, formatted=told.formatted, street=street or told.street), False
    if not (given.street or given.city or given.postal_code):
        return Address(), False
    ending = " ".join(part for part in (given.state, given.postal_code) if part)
    line = ", ".join(part for part in (given.street, given.city, ending, record.line("country")) if part)
    return replace(given, formatted=record.fit("address", line, ADDRESS_LENGTH), street=street[:255]), bool(street)


def country_code(text: str) -> str:
    """The ISO code of a country that is written out, or ""."""
    return COUNTRIES.get(text.casefold().replace(".", ""), "")


def country_name(country: str) -> str:
    """A country as an address ends with it, given its ISO code; what is no code that is known stays."""
    name = _CALLED.get(country, country)
    return name if name in {country, "USA"} else name.title()


def coded(country: str) -> str:
    """The ISO code of a country that was given as a code or written out; what is neither stays."""
    return country.upper() if len(country) == CODE_LENGTH else country_code(country) or country


def is_street(text: str) -> bool:
    """Whether the first part of an address is a street: a number before or behind it, or a crossing."""
    return _STREET.match(text) is not None


def _tidy(text: str) -> str:
    return ", ".join(part for part in (" ".join(part.split()) for part in text.split(",")) if part)


def _apart(formatted: str) -> Address:
    """Street, city, state, postcode and country of one line, from its end; what cannot be told stays empty."""
    parts = formatted.split(", ")
    country = country_code(parts[-1]) if len(parts) > 1 else ""
    if country:
        parts.pop()
    state = postal = city = ""
    last = parts.pop() if len(parts) > 1 else ""
    if match := STATE_POSTAL.fullmatch(last):
        state, postal = match[1], match[2]
    elif match := _POSTAL_CITY.fullmatch(last):
        postal, city = match[1], match[2]
    elif _POSTAL.fullmatch(last):
        postal = last
        state = parts.pop() if len(parts) > 1 else ""
    else:
        state = last
    if not city and parts and not (len(parts) == 1 and is_street(parts[0])):
        city = parts.pop()
    if not city and state and not _is_code(state):  # "12 High St, London SW1A 1AA, UK"
        city, state = state, ""
    return Address(
        formatted=formatted,
        street=", ".join(parts)[:255],
        city=city[:255],
        state=state[:255],
        postal_code=postal[:POSTAL_LENGTH],
        country=country,
    )


def _is_code(text: str) -> bool:
    return len(text) <= len("NSW") and text.isupper()
