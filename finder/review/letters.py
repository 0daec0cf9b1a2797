"""What the site writes to people: subjects without a private word, texts of plain sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from finder.domain.review import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes, and from where."""

    site_name: str
    public_url: str

    def link(self, path: str) -> str:
        """A path of the site as a whole address."""
        return f"{self.public_url}{path}"


class Letter(NamedTuple):
    """A mail's subject and text."""

    subject: str
    body: str


#: What was asked, in a sentence: "You asked ...".
ASKED = {
    Kind.NEW: "to list a new meeting",
    Kind.CHANGE: "to change a listing",
    Kind.CLOSE: "to close a meeting for good",
    Kind.EXCEPTION: "to change a meeting for some dates",
    Kind.CONFIRM: "to confirm that a listing is still right",
    Kind.PROBLEM: "us to look at a problem with a listing",
}


def prove(head: Letterhead, kind: Kind, reference: str, secret: str) -> Letter:
    """Asks the owner of a mail address whether the request is theirs."""
    return Letter(
        f"Please confirm your request {reference}",
        f"Somebody, probably you, asked {head.site_name} {ASKED[kind]}.\n\n"
        f"Open this page and press the button, so that we know the address is yours:\n"
        f"{head.link(f'/prove/{secret}')}\n\n"
        "The link works once, for three days. Until then nobody sees the request.\n"
        "If it was not you, do nothing: the request is forgotten by itself.\n",
    )


def received(head: Letterhead, kind: Kind, reference: str, secret: str) -> Letter:
    """Says that a request is in the queue, and where to follow it."""
    return Letter(
        f"Your request {reference} has arrived",
        f"You asked {ASKED[kind]}. It is stored and waits for a moderator.\n\n"
        f"See where it stands, write to the moderators, or withdraw it:\n{head.link(f'/status/{secret}')}\n\n"
        "Keep this link to yourself: whoever has it sees what you sent.\n",
    )


def question(head: Letterhead, reference: str, text: str, secret: str) -> Letter:
    """Passes a moderator's question on."""
    return Letter(
        f"A question about your request {reference}",
        f"A moderator looked at your request and asks:\n\n{text}\n\n"
        f"Answer here; your request keeps its place:\n{head.link(f'/status/{secret}')}\n",
    )


def decision(head: Letterhead, reference: str, outcome: str, reason: str, secret: str) -> Letter:
    """Tells what was decided, and why."""
    why = f"\nThe moderator writes:\n\n{reason}\n" if reason else ""
    return Letter(
        f"Your request {reference} has been decided",
        f"Your request is {outcome}.\n{why}\nMore, and what you can do:\n{head.link(f'/status/{secret}')}\n",
    )


def waiting_again(head: Letterhead, reference: str, reason: str, secret: str) -> Letter:
    """Tells that what was decided is taken back, and that the request waits as before."""
    why = f"\nThe moderator writes:\n\n{reason}\n" if reason else ""
    return Letter(
        f"Your request {reference} waits again",
        "What was decided about your request is taken back. It waits for a decision as before.\n"
        f"{why}\nWhere it stands:\n{head.link(f'/status/{secret}')}\n",
    )


def waiting(head: Letterhead, queues: Mapping[str, int]) -> Letter:
    """Tells a moderator how many requests wait in each of *queues*, by name."""
    count = sum(queues.values())
    requests = "One request waits" if count == 1 else f"{count} requests wait"
    where = f"in the queue of {next(iter(queues))}" if len(queues) == 1 else "in your queues"
    lines = "".join(f"- {name}: {number}\n" for name, number in sorted(queues.items())) if len(queues) > 1 else ""
    return Letter(
        f"{requests} for a moderator",
        f"{requests} {where}.\n{lines}\nOpen the queue:\n{head.link('/moderate')}\n",
    )


def more_waiting(head: Letterhead, queue: str) -> Letter:
    """Tells a moderator that more requests have come since the last mail about a queue."""
    return Letter(
        "More requests for a moderator",
        f"More has come into the queue of {queue} since we wrote to you last.\n\n"
        f"Open the queue:\n{head.link('/moderate')}\n",
    )


def second(head: Letterhead, path: str) -> Letter:
    """Asks a moderator to look at something as the second of two."""
    return Letter(
        "Something waits for a second moderator",
        "A moderator asked for something that wants two people.\n\n"
        f"Look at it, and do it or leave it:\n{head.link(path)}\n",
    )


def source_wants(head: Letterhead, words: str, path: str) -> Letter:
    """Tells those who steer a source why it wants somebody."""
    return Letter(
        "A data source wants somebody",
        f"{words}\n\nWhat is listed of it stays as it is until then. Look at it:\n{head.link(path)}\n",
    )


def more_sources(head: Letterhead) -> Letter:
    """Tells those who steer sources that more of them want somebody since the last mail about sources."""
    return Letter(
        "More data sources want somebody",
        "More of your data sources are in quarantine, or could not be read for long, since we wrote to you last.\n\n"
        f"See how each of them is:\n{head.link('/moderate/sources')}\n",
    )


def answered(head: Letterhead, reference: str) -> Letter:
    """Tells the moderator who asked that there is an answer."""
    return Letter(
        f"Request {reference} was answered",
        f"The submitter answered your question.\n\nOpen the request:\n{head.link(f'/moderate/{reference}')}\n",
    )


def manage(head: Letterhead, secret: str) -> Letter:
    """The link to a group's listings, to somebody who answers for them."""
    return Letter(
        "Your link to your group's listings",
        f"Somebody, probably you, asked {head.site_name} for this link. It opens the listings of your group, "
        f"to change, close or confirm them:\n{head.link(f'/manage/{secret}')}\n\n"
        "It works once, within 24 hours. If it was not you, do nothing.\n",
    )


def reminder(head: Letterhead, group: str, count: int, secret: str) -> Letter:
    """Asks a group whether its listings are still right."""
    listings = "its listing is" if count == 1 else f"its {count} listings are"
    return Letter(
        "Are your meetings still as listed?",
        f"Nobody should stand before a locked door. Please tell us whether {listings} still right for {group}.\n\n"
        f"Look and press one button:\n{head.link(f'/confirm/{secret}')}\n\n"
        "The page also has what to do when something has changed. The link works for 60 days.\n",
    )
