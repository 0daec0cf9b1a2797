"""The address of a Meeting Guide row in one line of four parts or more, since readers take less for no place at all."""

from collections.abc import Iterator
from typing import Any

from finder.feeds.document import Document
from finder.feeds.meeting_guide_address import COUNTRIES, NOT_PUBLIC, ONLINE, STATE_POSTAL, country_code, is_street
from finder.feeds.meeting_guide_place import FULL_PARTS

_NAMES = {code: name.title() for name, code in reversed(COUNTRIES.items())} | {"US": "USA"}


def address_line(document: Document, moved_to: str = "") -> str:
    """The public address in one line of four parts or more; *moved_to*: the place of one sitting, in the same town.

    What is missing is made up from what else is known: country, postcode apart, regions, the zone.
    """
    place = document["location"] or {}
    line: str = moved_to or place.get("address", "")
    if line.count(",") >= FULL_PARTS - 1:
        return line
    parts = [part for part in (each.strip() for each in line.split(",")) if part]
    if moved_to or not parts:
        parts += _town(place)
    if not parts:
        parts = [ONLINE if document["attendance"] == "online" else NOT_PUBLIC]
    return ", ".join(_filled(parts, place, document))


def known_address(document: Document) -> str:
    """What is known of the public address, in one line, where `address_line` adds to it to make four parts; else ""."""
    place = document["location"] or {}
    known: str = place.get("address", "") or ", ".join(_town(place))
    return "" if known.count(",") >= FULL_PARTS - 1 else known


def is_full(line: str) -> bool:
    """Whether an address leads to a door: it has four parts, or begins with a street."""
    return line.count(",") >= FULL_PARTS - 1 or is_street(line.split(",", 1)[0].strip())


def _town(place: dict[str, Any]) -> list[str]:
    return [part for part in (place.get("city"), place.get("state")) if part]


def _filled(parts: list[str], place: dict[str, Any], document: Document) -> list[str]:
    """*parts* and what makes them four."""
    tail = [parts.pop()] if len(parts) > 1 and country_code(parts[-1]) else _country(place, parts)
    if len(parts) + len(tail) < FULL_PARTS and (match := STATE_POSTAL.fullmatch(parts[-1])):
        parts[-1:] = [match[1], match[2]]
    if len(parts) + len(tail) >= FULL_PARTS:
        return parts + tail
    known = {part.casefold() for part in (*parts, *tail)}
    for name in _wider(place, document):
        said = name.casefold() in known or (len(parts) > 1 and name in parts[-1])  # "10115 Berlin"
        if name and not said:
            known.add(name.casefold())
            parts.append(name)
            if len(parts) + len(tail) >= FULL_PARTS:
                break
    while len(parts) + len(tail) < FULL_PARTS:
        parts.append(parts[-1])
    return parts + tail


def _country(place: dict[str, Any], parts: list[str]) -> list[str]:
    code = place.get("country", "")
    name = _NAMES.get(code, code)
    return [name] if name and name.casefold() not in {part.casefold() for part in parts} else []


def _wider(place: dict[str, Any], document: Document) -> Iterator[str]:
    """Names of what the place lies in, the nearest first."""
    yield from _town(place)
    yield document["extra"].get("county", "").replace(",", "")
    for region in reversed(document["region"]):
        yield region["name"].replace(",", "")
    if place.get("state"):
        return
    # Of a zone no more than the continent: the city that it is called after may be in another state.
    yield document["schedule"]["zone"].split("/")[0].replace("_", " ")
