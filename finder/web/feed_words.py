"""What foreign words stand for here: types and regions as readers of Meeting Guide feeds name them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, cast

import orjson
from flask import current_app
from werkzeug.datastructures import MultiDict

from finder.domain.text import slugify
from finder.feeds.meeting_guide_types import NAMES
from finder.feeds.meeting_guide_write import Vocabulary
from finder.search.districts import districts_of
from finder.search.snapshot import Snapshot
from finder.web.parts import Parts

EXTENSION = "finder.feed_words"


class TypeWord(NamedTuple):
    """A type: its code elsewhere, and the format that stands for it with the format's kind."""

    code: str
    format: str
    kind: str


@dataclass(frozen=True, slots=True)
class FeedWords:
    """``types`` by code (small letters) and by the slug of their names; ``regions``: slugs of ours by theirs.

    ``districts`` are the slugs of those that there are, where a question is about one.
    """

    writing: Vocabulary
    types: Mapping[str, TypeWord]
    regions: Mapping[str, tuple[str, ...]]
    districts: Collection[str] = ()

    def regions_called(self, text: str) -> tuple[str, ...]:
        """The slugs of the regions that *text* names."""
        return self.regions.get(text.lower()) or self.regions.get(slugify(text, max_length=1000)) or ()


def feed_words(held: Parts, snapshot: Snapshot) -> FeedWords:
    """The words of the vocabulary that *snapshot* holds, read from the shelf once for each."""
    known = cast("tuple[object, FeedWords] | None", current_app.extensions.get(EXTENSION))
    if known is None or known[0] is not snapshot.vocabulary:
        formats = [orjson.loads(document) for document in held.reader.vocabulary("format")]
        bodies = [orjson.loads(document) for document in held.reader.vocabulary("service_body")]
        words = FeedWords(Vocabulary.of(formats, bodies), _types(formats), _regions(snapshot))
        known = current_app.extensions[EXTENSION] = (snapshot.vocabulary, words)
    return known[1]


def words_of(args: "MultiDict[str, str]", held: Parts, snapshot: Snapshot) -> FeedWords:
    """The words for the question *args*: with the districts, if it is about one."""
    words = feed_words(held, snapshot)
    if not any("district" in name for name in args):
        return words
    return replace(words, districts=districts_of(held.reader, snapshot))


def _types(formats: list[dict[str, Any]]) -> dict[str, TypeWord]:
    found: dict[str, TypeWord] = {}
    for each in formats:
        for code in each.get("meeting_guide", ()):
            word = TypeWord(code, each["slug"], each["kind"])
            names = [code, each["slug"], each["name"], *NAMES.get(code, "").split(", ")]
            for name in names:
                found.setdefault(slugify(name) or code.lower(), word)
    for each in formats:  # a code is what it says, whatever else is called so
        found |= {code.lower(): TypeWord(code, each["slug"], each["kind"]) for code in each.get("meeting_guide", ())}
    return found


def _regions(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    """Regions by their own slug, else by their name and by the names from the top, which readers make slugs of."""
    regions = {region.id: region for region in snapshot.vocabulary.regions}
    found: dict[str, tuple[str, ...]] = {}
    for region in regions.values():
        path, above, seen = [region.name], region.parent_id, {region.id}
        while above in regions and above not in seen:
            seen.add(above)
            path.insert(0, regions[above].name)
            above = regions[above].parent_id
        for key in {slugify(region.name), slugify(" ".join(path), max_length=1000)}:
            found[key] = (*found.get(key, ()), region.slug)
    return found | {region.slug: (region.slug,) for region in regions.values()}
