"""A request as the seeker would see it: its card and its page, made by what makes the real ones."""

from dataclasses import dataclass, replace

import orjson
from markupsafe import Markup

from finder.directory.preview import preview_document
from finder.domain.review import Kind
from finder.review.case import Case
from finder.search.answer import Hit
from finder.web.moderate_page import now
from finder.web.page import frame
from finder.web.parts import parts
from finder.web.presenters.cards import CardBox, Seeker, fill
from finder.web.presenters.labels import Labels
from finder.web.presenters.meeting_page import MeetingPage, meeting_page, upcoming
from finder.web.presenters.moderate_place import timing_of

#: Stands for the slug that a new listing has not got yet.
NO_SLUG = "new"


@dataclass(frozen=True, slots=True)
class Preview:
    """The card and the page that approving everything would make."""

    card: Markup
    page: MeetingPage


def preview(case: Case, labels: Labels) -> Preview | None:
    """The preview of *case*; None for what makes no listing, or none that can be shown."""
    if case.preview is None or timing_of(None, _fields(case), now()).fault:
        return None
    settings = parts().settings
    draft = replace(case.preview, confirmed_at=now())
    document = preview_document(draft, case.meeting)
    document["slug"] = document["slug"] or NO_SLUG
    seeker = Seeker(now=now(), zone=settings.zone, unit=settings.unit)
    # A box of its own: what is not published must not be found in the one that public pages use.
    card = CardBox(frame().cards.render).card(0, orjson.dumps(document), labels)
    coming = upcoming(document, seeker.now)
    hit = Hit(
        0,
        0,
        coming.start if coming else None,
        coming.end if coming else None,
        in_progress=coming is not None and coming.start <= seeker.now,
        distance_km=None,
    )
    html = fill(card, hit, seeker)
    if case.meeting is None:
        html = Markup(html.replace(f' href="/meetings/{NO_SLUG}"', ""))  # noqa: S704 - a link that leads nowhere yet
    return Preview(html, meeting_page(document, labels, seeker, contact_email=settings.contact_email))


def _fields(case: Case) -> dict[str, object]:
    row = case.submission
    if row.kind is Kind.EXCEPTION:  # its start is that of the dates alone
        return dict(case.now or {})
    return {**(case.now or {}), **row.asked, **(row.edited or {})}
