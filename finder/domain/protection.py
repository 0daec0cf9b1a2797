"""Meetings whose people must be safe: of the young, and of women, men or trans people among themselves."""

from collections.abc import Mapping
from typing import Any

from finder.domain.vocabulary import AddressVisibility, JoinPolicy

YOUTH_FORMATS = frozenset({"young-people", "teens"})
YOUTH_PROGRAMS = frozenset({"alateen", "smart-youth"})
GENDER_FORMATS = frozenset({"women", "men", "transgender", "nonbinary"})


def is_young(fields: Mapping[str, Any]) -> bool:
    """Whether a listing of these fields is for the young."""
    return fields.get("program") in YOUTH_PROGRAMS or not YOUTH_FORMATS.isdisjoint(fields.get("formats", ()))


def is_protected(fields: Mapping[str, Any]) -> bool:
    """Whether a listing of these fields is for the young or hides its address: two people decide about it."""
    return is_young(fields) or fields.get("address_visibility") == AddressVisibility.AREA.value


def defaults(fields: Mapping[str, Any]) -> dict[str, str]:
    """What a new listing shows when nobody has chosen: area only and on request where people must be safe."""
    careful = is_young(fields) or not GENDER_FORMATS.isdisjoint(fields.get("formats", ()))
    return {
        "address_visibility": (AddressVisibility.AREA if careful else AddressVisibility.PUBLIC).value,
        "join_policy": (JoinPolicy.ON_REQUEST if careful else JoinPolicy.OPEN).value,
    }
