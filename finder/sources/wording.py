"""How a refresh stands, in a sentence or two, and a listing in a line."""

from finder.domain.listing import ListingDraft, LocationDraft
from finder.domain.schedule_words import describe
from finder.domain.sources import RunState
from finder.domain.vocabulary import AddressVisibility
from finder.store.source import SourceRun


def counted(number: int, one: str, many: str = "") -> str:
    """*number* with its word: "1 row", "12 rows"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listing_words(draft: ListingDraft, *, public: bool = False) -> str:
    """When and where: "Every Monday, 7:00 pm to 8:00 pm; Larkspur Hall, 12 Example Street, Springfield".

    For the *public* no more than the town of a hidden address.
    """
    place = draft.location
    if public and place is not None and place.address_visibility is not AddressVisibility.PUBLIC:
        place = LocationDraft(city=place.city)
    told = (place.name, place.street, place.city) if place else ()
    where = ", ".join(part for part in told if part) or (place.formatted_address if place else "")
    online = "online" if draft.conference_url or draft.conference_phone else ""
    return "; ".join(part for part in (describe(draft.schedule), where, online) if part)


def counts_words(run: SourceRun, *, unlisted: int = 0) -> str:
    """What a refresh brought: "3 new, 1 changed, 12 as before, 4 set aside or taken off here"."""
    counts = ((run.new, "new"), (run.changed, "changed"), (run.gone, "gone"), (run.refused, "refused"))
    beside = ["service bodies or formats changed"] if run.beside else []
    told = [f"{count:,} {words}" for count, words in counts if count]
    left = [f"{unlisted:,} set aside or taken off here"] if unlisted else []
    return ", ".join([*told, *beside, f"{run.unchanged:,} as before", *left])


def run_words(run: SourceRun, *, waiting: int) -> str:
    """How a refresh stands: what held it back, what it brought and what was noted of it, and how many changes wait."""
    told = [run.words]
    if run.objection:
        told = [f"{_held_back(run)}: {run.objection}", run.words]
    if run.state is RunState.PROPOSED and waiting:
        told.append(f"{counted(waiting, 'change waits', 'changes wait')} for a moderator.")
    return " ".join(filter(None, told))


def and_in_quarantine(run: SourceRun) -> str:
    """What is added to a sentence about a refresh that waits, when it is in quarantine."""
    return ", and is in quarantine" if run.state is RunState.QUARANTINED else ""


def _held_back(run: SourceRun) -> str:
    if run.state is RunState.FAILED:
        return "Nothing was changed"
    if run.state is not RunState.QUARANTINED:
        return "Was in quarantine"
    return "In quarantine, of which part is applied" if run.first_entry else "In quarantine, nothing was changed"
