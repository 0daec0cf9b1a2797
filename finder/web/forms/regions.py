"""Regions that an address names: as they are called today, since people keep addresses for years."""

from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from finder.search.snapshot import Snapshot
from finder.web.forms.fields import MAX_CHOICES, given
from finder.web.forms.known import known_to
from finder.web.forms.values import is_slug, shown
from finder.web.parts import Parts

REGION = "region"


class OfToday(NamedTuple):
    """Parameters whose regions there are today, and the regions that there are none of, as they came."""

    args: "MultiDict[str, str]"
    unknown: tuple[str, ...] = ()

    @property
    def remarks(self) -> list[str]:
        """What to tell of the regions that there are none of."""
        if not self.unknown:
            return []
        names = ", ".join(map(shown, self.unknown[:3])) + (" and others" if len(self.unknown) > 3 else "")  # noqa: PLR2004
        left = f"There is no region {names} here, so it was left out."
        narrowed = any(self.args.get(name, "").strip() for name in (REGION, "near", "lat"))
        return [left if narrowed else f"{left} This list is of all regions: enter a town to see what is near."]


def of_today(args: "MultiDict[str, str]", *, parts: Parts, snapshot: Snapshot) -> OfToday:
    """*args* with the regions as they are called today: one that had another name, or was merged, is known by its old.

    What is too long or too much to be looked at stays as it came.
    """
    try:
        texts = given(part for value in args.getlist(REGION)[: MAX_CHOICES + 1] for part in value.split(","))
    except ValueError:
        return OfToday(args)
    regions = known_to(snapshot.vocabulary).regions
    if len(texts) > MAX_CHOICES or all(text in regions for text in texts):
        return OfToday(args)
    found = {text: _slug_today(text.lower(), parts) for text in texts}
    today = MultiDict(args)
    today.setlist(REGION, [slug for slug in found.values() if slug in regions])
    return OfToday(today, tuple(text for text, slug in found.items() if slug not in regions))


def _slug_today(slug: str, parts: Parts) -> str:
    return (parts.reader.successor(REGION, slug) or slug) if is_slug(slug) else ""
