"""What a list that the public may read leaves out of a listing is not taken for gone: the door, and the way in."""

from dataclasses import replace

from finder.domain.listing import ListingDraft
from finder.domain.text import fold
from finder.domain.vocabulary import AddressVisibility, JoinPolicy


def with_what_is_hidden(draft: ListingDraft, here: ListingDraft) -> ListingDraft:
    """*draft*, a source's word, with what it does not tell since the listing *here* hides it, and it says so, too.

    A table that this directory wrote tells of a hidden address its town, and of a join link on request nothing. Read
    over the listings that it came from, it would empty both.
    """
    place, held = draft.location, here.location
    if (
        place is not None
        and held is not None
        and place.address_visibility is held.address_visibility is AddressVisibility.AREA
        and not place.street
        and [fold(text) for text in (place.city, place.state)] == [fold(text) for text in (held.city, held.state)]
    ):
        draft = replace(draft, location=held, extra={**here.extra, **draft.extra})
    if (
        draft.join_policy is here.join_policy is JoinPolicy.ON_REQUEST
        and not (draft.conference_url or draft.conference_phone)
        and not (draft.conference_url_notes or draft.conference_phone_notes)
    ):
        names = ("conference_url", "conference_url_notes", "conference_phone", "conference_phone_notes")
        draft = replace(draft, **{name: getattr(here, name) for name in names})
    return draft
