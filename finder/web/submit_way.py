"""How somebody came to a listing: from its public page, or through the link of their group, whose address is proven."""

import hashlib
from dataclasses import dataclass

import orjson
from flask import request
from werkzeug.datastructures import MultiDict

from finder.review import manage as managing
from finder.review.manage import AnsweredGroup
from finder.review.sending import HeldListing, listing_to_change
from finder.web.forms.submit import SenderForm
from finder.web.parts import parts

#: The field in which a form carries how the listing was when it was opened.
SEEN = "was"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The listing that is asked about (None for a new one), and the path below which its forms lie.

    ``email`` is the proven address of somebody who answers for the group, "" for everybody else; ``group`` is theirs,
    when a new listing is to be of it; ``back`` is where the pages lead back to, with its words.
    """

    held: HeldListing | None
    path: str
    email: str = ""
    group: AnsweredGroup | None = None
    back: tuple[str, str] = ("", "")

    @property
    def slug(self) -> str:
        """The slug of the listing, "" for a new one."""
        return self.held.slug if self.held else ""

    @property
    def seen(self) -> str:
        """A digest of the listing as it is, which a form carries along to notice that it was changed meanwhile."""
        return hashlib.sha256(orjson.dumps(self.held.fields)).hexdigest()[:16] if self.held else ""

    @property
    def is_stale(self) -> bool:
        """Whether the listing is another than the one that the form of this request was opened with."""
        return self.held is not None and request.form.get(SEEN, self.seen) != self.seen

    def sender(self, kind: type[SenderForm], formdata: MultiDict[str, str] | None = None) -> SenderForm:
        """The form of *kind* about who sends it; a proven address is not asked for."""
        form = kind(formdata)
        form.known(self.email)
        return form


def new_listing() -> Way:
    """To a new listing."""
    return Way(held=None, path="/submit")


def public_way(slug: str) -> Way:
    """To the published listing *slug*, without what is hidden of it. Raises NotFoundError."""
    with parts().database.reading() as register:
        held = listing_to_change(register, slug, private=False)
    return Way(held=held, path=f"/meetings/{slug}", back=(f"/meetings/{slug}", held.name))


def group_way(secret: str, number: int) -> Way:
    """To a new listing of a group that *secret* opens. Raises NotFoundError and GoneError."""
    everything = parts()
    now = everything.clock()
    with everything.database.reading() as register:
        group = managing.own_group(register, secret, number, now=now)
        email = managing.email_behind(register, secret, now=now)
    path = f"/managing/{secret}/groups/{number}/new"
    return Way(held=None, path=path, email=email, group=group, back=_listings(secret))


def _listings(secret: str) -> tuple[str, str]:
    return f"/managing/{secret}", "All listings of your group"


def own_way(secret: str, number: int) -> Way:
    """To a listing of the group that *secret* opens, hidden parts included. Raises NotFoundError and GoneError."""
    everything = parts()
    now = everything.clock()
    with everything.database.reading() as register:
        meeting = managing.own_listing(register, secret, number, now=now)
        held = listing_to_change(register, meeting.slug, private=True)
        email = managing.email_behind(register, secret, now=now)
    return Way(held=held, path=f"/managing/{secret}/{number}", email=email, back=_listings(secret))
