"""What is risky about what a listing is to say: what changes, how it is written, whom it is about."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from finder.domain.asked import FIELDS
from finder.domain.conference import has_secret, host_of, provider_of
from finder.domain.protection import is_protected
from finder.domain.review import Risk
from finder.domain.text import clean_multiline


def content_risks(then: Mapping[str, Any] | None, asked: Mapping[str, Any]) -> set[Risk]:
    """The marks of a change from the fields *then* (None: of a new listing) to those of *asked*."""
    before = then or {}
    marks: set[Risk | None] = {
        FIELDS[name].risk
        for name, value in asked.items()
        if name in FIELDS and value != before.get(name, FIELDS[name].empty)
    }
    texts = [value for value in asked.values() if isinstance(value, str)]
    if any(map(has_hidden, texts)):
        marks.add(Risk.HIDDEN_CHARACTERS)
    if any(map(looks_alike, texts)):
        marks.add(Risk.LOOK_ALIKE)
    link = str(asked.get("conference_url") or "")
    if link and link != before.get("conference_url", ""):
        if has_secret(link):
            marks.add(Risk.JOIN_SECRET)
        if not provider_of(host_of(link)):
            marks.add(Risk.UNKNOWN_HOST)
    if is_protected(before) or is_protected({**before, **asked}):
        marks.add(Risk.PROTECTED)
    return {mark for mark in marks if mark is not None}


def has_hidden(text: str) -> bool:
    """Whether *text* holds characters that nobody sees: controls, directions, joiners where none belongs."""
    return not text.isprintable() and any(
        unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs"}
        and char not in "\n\r\t"
        and not clean_multiline(f"a{char}a")[1:-1]
        for char in text
    )


def looks_alike(text: str) -> bool:
    """Whether a word of *text* mixes letters that look alike: Latin with Cyrillic or Greek, or letters of formulas."""
    for word in () if text.isascii() else text.split():
        names = [unicodedata.name(char, "") for char in word if char.isalpha()]
        scripts = {name.split(" ")[0] for name in names}
        if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK", "FULLWIDTH", "MATHEMATICAL"}:
            return True
        if scripts & {"FULLWIDTH", "MATHEMATICAL"}:
            return True
    return False
