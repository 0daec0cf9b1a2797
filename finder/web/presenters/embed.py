"""A list on another site's page, and what to copy for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from finder.web.forms.query import to_query
from finder.web.forms.search import InvalidSearchError, SearchRequest
from finder.web.presenters.ask import Link, link
from finder.web.presenters.cards import Seeker
from finder.web.presenters.groups import Group, groups
from finder.web.presenters.headings import heading, place_name
from finder.web.presenters.labels import Labels
from finder.web.presenters.offers import offers
from finder.web.presenters.results import Found
from finder.web.presenters.take_along import Asked

WIDTH, HEIGHT = 640, 720
NARROWEST, LOWEST = 240, 200
#: For the page around the frame: it grows with the list. ``{}`` is where the list comes from.
SCRIPT = """<script>
addEventListener("message", (event) => {{
  if (event.origin !== "{}" || event.data.type !== "meeting-finder-height") return;
  for (const frame of document.querySelectorAll("iframe")) {{
    if (frame.contentWindow === event.source) frame.height = event.data.height;
  }}
}});
</script>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedPage:
    """What ``templates/embed/embed.html`` shows; ``whole`` leads to the same question on the site."""

    heading: str
    whole: Link
    words: Sequence[str] = ()
    groups: Sequence[Group] = ()
    offers: Sequence[Link] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePage:
    """What ``templates/embed/code.html`` shows: HTML and an address to copy."""

    frame: str
    address: str
    script: str
    preview: str
    words: Sequence[str] = ()


def embed_page(
    request: SearchRequest, found: Found, seeker: Seeker, labels: Labels, *, remarks: Sequence[str] = ()
) -> EmbedPage:
    """The list for *request*, after *remarks*; of one that goes on, the rest is on the site."""
    asked, answer = request.asked, found.answer
    next_page = str(answer.page + 1) if answer.page < answer.pages else None
    rest = Link("More meetings", link(to_query(asked, page=next_page)))
    return EmbedPage(
        heading=heading(asked, answer.total, place_name(request.place), labels.with_districts(request.districts)),
        words=remarks,
        whole=rest if next_page else Link("Search for other meetings", link(to_query(asked))),
        groups=groups(found.shown, seeker, request.criteria.sort),
        offers=offers(found.relaxations, asked, unit=request.unit, zone=seeker.zone),
    )


def faulty_embed_page(error: InvalidSearchError) -> EmbedPage:
    """What is wrong with the address that somebody's page frames."""
    words = " ".join(error.errors.values())
    return EmbedPage(heading="This list cannot be shown", words=(words,), whole=Link("Find a meeting", "/"))


def frame_of(asked: Asked, public_url: str, *, width: int | str = "100%", height: int = HEIGHT) -> str:
    """The HTML of a frame that shows the question *asked*."""
    query = to_query(asked)
    address = escape(f"{public_url}/embed" + (f"?{query}" if query else ""))
    return (
        f'<iframe src="{address}" title="Meetings" width="{width}" height="{height}" '
        'loading="lazy" referrerpolicy="no-referrer" frameborder="0"></iframe>'
    )


def code_page(asked: Asked, public_url: str, *, remarks: Sequence[str] = ()) -> CodePage:
    """What to copy for the question *asked*, after *remarks*."""
    query = to_query(asked)
    behind = f"?{query}" if query else ""
    return CodePage(
        frame=frame_of(asked, public_url),
        address=f"{public_url}/{behind}",
        script=SCRIPT.format(public_url),
        preview=f"/embed{behind}",
        words=remarks,
    )
