"""How a refresh keeps what a source said of a listing, until somebody has decided about it.

With the private contacts as long as it waits, so that they answer for the group once it is published; without them
after. Of a new listing that nobody wants only the digest stays: that it is not proposed again while it says the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from finder.directory.draft import audited, from_audit
from finder.domain.listing import ContactDraft, ListingDraft
from finder.domain.sourced import Verdict, Winner

_CONTACT = ("name", "email", "phone")


def waiting_draft(draft: ListingDraft, digest: str, *, body: int | None, told_in: str) -> dict[str, Any]:
    """A draft that waits, whole; *body* is the service body that it names, if there is one, *told_in* as in `Row`."""
    contacts = draft.group.contacts if draft.group else ()
    told = [[getattr(contact, name) for name in _CONTACT] for contact in contacts]
    kept = {"listing": audited(draft), "contacts": told, "digest": digest}
    return kept | ({"body": body} if body else {}) | ({"told_in": told_in} if told_in else {})


def decided_draft(kept: dict[str, Any] | None, *, wanted: bool = True) -> dict[str, Any] | None:
    """What stays of it once it is decided about; of one that was not *wanted* the digest."""
    if kept is None:
        return None
    return {"listing": kept["listing"] if wanted else None, "digest": kept["digest"]}


def kept_draft(kept: dict[str, Any] | None, bodies: Mapping[int, str]) -> ListingDraft | None:
    """The draft that was kept, with its contacts if they are still there.

    *bodies* are the paths of the service bodies by id: while it waits, its own is called and lies as it does now.
    """
    if kept is None or kept["listing"] is None:
        return None
    draft = from_audit(kept["listing"])
    if (body := bodies.get(kept.get("body", 0))) is not None:
        draft = replace(draft, service_body=body)
    contacts = tuple(ContactDraft(**dict(zip(_CONTACT, told, strict=True))) for told in kept.get("contacts", ()))
    return replace(draft, group=replace(draft.group, contacts=contacts)) if draft.group and contacts else draft


def kept_digest(kept: dict[str, Any] | None) -> str:
    """The digest of what was kept, "" for nothing."""
    return str(kept["digest"]) if kept else ""


def kept_verdicts(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    """Verdicts as JSON values: what was said, what was held, and whose word held when it was decided."""
    return [asdict(each) for each in verdicts]


def verdicts_of(kept: list[dict[str, Any]]) -> list[Verdict]:
    """The verdicts that were kept."""
    return [Verdict(**{**each, "winner": Winner(each["winner"])}) for each in kept]
