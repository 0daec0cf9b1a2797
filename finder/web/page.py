"""What every page shares: its frame, the boxes of rendered pieces, and the names of the vocabulary."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import orjson
from flask import Flask, Response, current_app
from jinja2.ext import Extension
from markupsafe import Markup

from finder.config import Settings
from finder.search.answer import Hit
from finder.search.snapshot import Snapshot
from finder.store.shelf_connection import READ_ERRORS
from finder.web.assets import Assets, assets_of
from finder.web.beside import OnlineBeside
from finder.web.parts import Parts, parts
from finder.web.presenters.cards import Card, CardBox
from finder.web.presenters.facets import TickBox
from finder.web.presenters.labels import Labels, labels_of
from finder.web.presenters.links import help_lines
from finder.web.presenters.moderate_entries import EntryBox

EXTENSION = "finder.pages"


@dataclass(frozen=True, slots=True)
class Site:
    """What the frame of every page says: ``site`` in templates."""

    name: str
    language: str
    help: Markup
    exit_url: str
    css: str
    work: str
    js: str
    work_js: str
    embed_css: str
    embed_js: str
    icon: str

    @classmethod
    def of(cls, settings: Settings, assets: Assets) -> "Site":
        """The frame as those settings want it."""
        return cls(
            name=settings.site_name,
            language=settings.language,
            help=help_lines(settings.crisis_lines),
            exit_url=settings.exit_url,
            css=assets.url("css/site.css"),
            work=assets.url("css/work.css"),
            js=assets.url("js/site.js"),
            work_js=assets.url("js/work.js"),
            embed_css=assets.url("css/embed.css"),
            embed_js=assets.url("js/embed.js"),
            icon=assets.url("favicon.svg"),
        )


@dataclass(slots=True)
class Frame:
    """The rendered pieces and names that pages of one application share."""

    cards: CardBox
    framed_cards: CardBox
    ticks: TickBox
    entries: EntryBox
    online: OnlineBeside
    demo_at: int = -1
    demo: bool = False
    named: tuple[object, Labels] | None = None

    def labels(self, held: Parts, snapshot: Snapshot) -> Labels:
        """The names of the vocabulary that *snapshot* holds, read from the shelf once for each."""
        vocabulary = snapshot.vocabulary
        named = self.named
        if named is None or named[0] is not vocabulary:
            programs, formats, regions = (
                [orjson.loads(document) for document in held.reader.vocabulary(kind)]
                for kind in ("program", "format", "region")
            )
            revision = named[1].revision + 1 if named else 1
            named = self.named = (vocabulary, labels_of(revision, programs, formats, regions))
        return named[1]

    def holds_demo(self, held: Parts, snapshot: Snapshot) -> bool:
        """Whether there are made-up meetings in the directory.

        They are put into an empty directory only, so the listing with the lowest id is one as long as any is left.
        """
        if self.demo_at != snapshot.revision:
            first = held.reader.documents(snapshot.first_ids(1))
            self.demo = any(b'"demo":true' in document for document in first.values())
            self.demo_at = snapshot.revision
        return self.demo


def frame() -> Frame:
    """The frame of the application that answers this request."""
    return cast("Frame", current_app.extensions[EXTENSION])


def install(app: Flask) -> None:
    """Give the templates of *app* what the frame of a page needs. Its parts must be in place."""
    settings = cast("Parts", app.extensions["finder"]).settings
    assets = assets_of(app)
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.add_extension(Unindented)
    environment.globals.update(site=Site.of(settings, assets), demo=_demo)

    def render_piece(name: str, values: Mapping[str, object]) -> str:
        macro = getattr(environment.get_template(f"parts/{name}.html").module, name)
        return str(macro(**values))

    app.extensions[EXTENSION] = Frame(
        CardBox(render_piece),
        CardBox(render_piece, "embed_card"),
        TickBox(render_piece),
        EntryBox(render_piece),
        OnlineBeside(),
    )


class Unindented(Extension):
    """Takes the indentation out of templates as they are read: it is there for those who write them, not for phones."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """*source* without the blanks at the beginnings of its lines."""
        del name, filename
        return re.sub(r"^[ \t]+", "", source, flags=re.MULTILINE)


def _demo() -> bool:
    """Whether the page warns that meetings are made up; what was known last while the database is out of reach."""
    held = parts()
    try:
        return frame().holds_demo(held, held.keeper.latest or held.keeper.current())
    except READ_ERRORS:
        return frame().demo


def render(template: str, *, status: int = 200, **values: object) -> Response:
    """The page that *template* makes of *values*."""
    body = current_app.jinja_env.get_template(template).render(values)
    return Response(body, status=status, content_type="text/html; charset=utf-8")


def moved_to(path: str) -> Response:
    """The answer that something has moved for good to *path*, which is made of a slug of ours."""
    headers = {"Location": path, "Cache-Control": "public, max-age=3600"}
    return Response(status=301, headers=headers, content_type="text/html; charset=utf-8")


def cards_of(hits: Sequence[Hit], held: Parts, labels: Labels, *, framed: bool = False) -> list[tuple[Hit, Card]]:
    """The hits with their cards, read off the shelf where none is held; one that just left it is left out.

    *framed*: the cards stand on another site's page, so that their links open a new tab.
    """
    box = frame().framed_cards if framed else frame().cards
    cards = {hit.id: box.known(hit.id, hit.revision, labels) for hit in hits}
    missing = [number for number, card in cards.items() if card is None]
    for number, document in held.reader.documents(missing).items():
        cards[number] = box.card(number, document, labels)
    return [(hit, card) for hit in hits if (card := cards[hit.id]) is not None]
