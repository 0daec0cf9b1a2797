"""Regions and districts that an address names: as they are called today, since people keep addresses for years."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from finder.search.districts import districts_of
from finder.search.snapshot import Snapshot
from finder.web.forms.fields import MAX_CHOICES, given
from finder.web.forms.known import known_to
from finder.web.forms.values import is_slug, shown
from finder.web.parts import Parts

REGION, DISTRICT = "region", "district"


class OfToday(NamedTuple):
    """Parameters whose regions and districts there are today; ``unknown`` are the others by parameter, as they came."""

    args: "MultiDict[str, str]"
    unknown: Mapping[str, tuple[str, ...]]

    @property
    def remarks(self) -> list[str]:
        """What to tell of the regions and districts that there are not."""
        narrowed = any(self.args.get(name, "").strip() for name in (REGION, DISTRICT, "near", "lat"))
        said = [_left_out(kind, texts) for kind, texts in self.unknown.items()]
        if said and not narrowed:
            kinds = " and ".join(f"{kind}s" for kind in self.unknown)
            said[-1] += f" This list is of all {kinds}: enter a town to see what is near."
        return said


def _left_out(kind: str, texts: Collection[str]) -> str:
    names = ", ".join(map(shown, [*texts][:3])) + (" and others" if len(texts) > 3 else "")  # noqa: PLR2004
    return f"There is no {kind} {names} here, so it was left out."


def of_today(args: "MultiDict[str, str]", *, parts: Parts, snapshot: Snapshot) -> OfToday:
    """*args* with the regions as they are called today: one that had another name, or was merged, is known by its old.

    Regions and districts that there are not are taken out. What is too long or too much to be looked at stays as it
    came.
    """
    found = MultiDict(args)
    unknown: dict[str, tuple[str, ...]] = {}
    for name in (REGION, DISTRICT):
        texts = _texts(args, name)
        known = _known(name, parts, snapshot) if texts else ()
        if all(text in known for text in texts):
            continue
        slugs = {text: _slug_today(name, text.lower(), parts) for text in texts}
        found.setlist(name, [slug for slug in slugs.values() if slug in known])
        if left := tuple(text for text, slug in slugs.items() if slug not in known):
            unknown[name] = left
    return OfToday(found, unknown)


def _texts(args: "MultiDict[str, str]", name: str) -> tuple[str, ...]:
    try:
        texts = given(part for value in args.getlist(name)[: MAX_CHOICES + 1] for part in value.split(","))
    except ValueError:
        return ()
    return texts if len(texts) <= MAX_CHOICES else ()


def _known(name: str, parts: Parts, snapshot: Snapshot) -> Collection[str]:
    return known_to(snapshot.vocabulary).regions if name == REGION else districts_of(parts.reader, snapshot)


def _slug_today(name: str, slug: str, parts: Parts) -> str:
    if not is_slug(slug):
        return ""
    return (parts.reader.successor(REGION, slug) or slug) if name == REGION else slug
