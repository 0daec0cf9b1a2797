"""The whole life of a listing: Chromium at 360 px, with and without JavaScript, mail over a real SMTP conversation."""

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from passlib.totp import TOTP  # type: ignore[import-untyped]  # it brings no types
from playwright.sync_api import Browser, BrowserContext, Page, expect

from finder.store.database import Database
from tests.accounts.visitors import PASSWORD, a_member
from tests.conftest import NOW
from tests.mail.post_office import PostOffice
from tests.servers import FINDER, Server

ADDRESS = "robin@example.org"
WAIT_MS = 30_000


@dataclass
class Journey:
    """A server, its post office, a facilitator's page and a moderator's page, both on a phone."""

    server: Server
    office: PostOffice
    facilitator: Page
    moderator: Page

    def open(self, page: Page, path: str) -> None:
        """Open a path of the site and see that it fits on a phone."""
        answer = page.goto(self.server.url + path)
        assert answer is not None
        assert answer.status < 400, (path, answer.status)
        fits(page)

    def mailed(self, purpose: str) -> str:
        """Have the worker send what is due; the path of the newest link for *purpose* that arrived."""
        env = {**self.server.env, "FINDER_SMTP_URL": self.office.url}
        subprocess.run([str(FINDER), "worker", "--once"], env=env, check=True, timeout=120, capture_output=True)
        for message in reversed(self.office.messages()):
            assert message["To"] == ADDRESS
            found = re.search(rf"http://\S+?(/{purpose}/\S+)", message.get_content())
            if found:
                return found[1]
        raise AssertionError(f"No mail brought a link for {purpose}.")

    def prove(self) -> None:
        """Open the mailed link and press its button."""
        self.open(self.facilitator, self.mailed("prove"))
        self.facilitator.get_by_role("button", name="Yes, it is mine").click()
        expect(self.facilitator.get_by_role("heading", name="Your request", exact=True)).to_be_visible()
        expect(self.facilitator.get_by_text(re.compile("next in line|before yours"))).to_be_visible()
        fits(self.facilitator)

    def open_case(self, words: str) -> None:
        """Open the request about *words* in the queue."""
        self.open(self.moderator, "/moderate")
        self.moderator.get_by_role("link", name=re.compile(words)).first.click()
        expect(self.moderator.get_by_role("heading", level=1)).to_contain_text(words)
        fits(self.moderator)

    def press(self, name: str) -> None:
        """Press a button of the moderator's page."""
        self.moderator.get_by_role("button", name=re.compile(name)).first.click()


def fits(page: Page) -> None:
    """See that nothing of a page lies beyond the side of a phone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def journey(
    request: pytest.FixtureRequest,
    browser: Browser,
    database: Database,
    serve: Callable[..., Server],
    post_office: PostOffice,
) -> Iterator[Journey]:
    user = a_member(database)
    server = serve(database.url.render_as_string(hide_password=False), testing="1", now=NOW.isoformat())
    contexts = [_phone(browser, scripts=request.param) for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    made = Journey(server, post_office, *pages)
    _sign_in(made, user.email)
    yield made
    for context in contexts:
        context.close()


def _phone(browser: Browser, *, scripts: bool) -> BrowserContext:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=scripts)
    context.set_default_timeout(WAIT_MS)
    return context


def _sign_in(made: Journey, email: str) -> None:
    page = made.moderator
    made.open(page, "/account/sign-in")
    page.get_by_label("Mail address", exact=True).fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    made.open(page, "/account/authenticator")
    key = page.locator("code").text_content()
    page.get_by_label("Code", exact=True).fill(TOTP(key=key).generate(NOW.timestamp()).token)
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url(re.compile("/account/(?!authenticator$)"))


def _new_meeting(made: Journey) -> None:
    page = made.facilitator
    made.open(page, "/")
    page.get_by_role("link", name="List a meeting").click()
    page.get_by_label("Name of the meeting", exact=True).fill("Lantern Evening")
    page.get_by_label("Program", exact=True).select_option("aa")
    page.get_by_label("Name of the group", exact=True).fill("Lantern Group")
    page.get_by_label("Tue", exact=True).check()
    page.get_by_label("Starts", exact=True).fill("19:00")
    page.get_by_label("Ends", exact=True).fill("20:00")
    page.get_by_label("Street and number", exact=True).fill("12 Example Street")
    page.get_by_label("Town", exact=True).fill("Austin")
    page.get_by_label("State or province", exact=True).fill("TX")
    page.get_by_label("Your first name", exact=True).fill("Robin K.")
    page.get_by_label("Your mail address", exact=True).fill(ADDRESS)
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("heading", name="Is everything right?")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Every Tuesday"))).to_be_visible()
    for date in ("March 10", "March 17", "March 24"):
        expect(page.get_by_text(f"Tuesday, {date}, 2026, 7:00 pm")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Austin"))).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()


@contextmanager
def a_seeker(made: Journey, path: str) -> Iterator[Page]:
    """Somebody else looks, on a phone that has not seen the page before."""
    browser = made.facilitator.context.browser
    assert browser is not None
    context = _phone(browser, scripts=False)
    page = context.new_page()
    made.open(page, path)
    yield page
    context.close()


def _is_found(made: Journey, *, starts: str) -> None:
    with a_seeker(made, "/?near=Austin%2C+TX&q=lantern") as page:
        expect(page.locator(".card").first).to_contain_text("Lantern Evening")
        expect(page.locator(".card").first).to_contain_text(starts)


def _ask_and_answer(made: Journey) -> None:
    made.open_case("Lantern Evening")
    made.moderator.get_by_label("To the submitter", exact=True).fill("Which door do people take?")
    made.press("Ask a question")
    made.open(made.facilitator, made.mailed("status"))
    expect(made.facilitator.get_by_text("Which door do people take?")).to_be_visible()
    made.facilitator.get_by_label("Your answer", exact=True).fill("The blue door at the side.")
    made.facilitator.get_by_role("button", name="Send your answer").click()
    expect(made.facilitator.get_by_text("waiting for a decision")).to_be_visible()
    expect(made.facilitator.get_by_text("The blue door at the side.")).to_be_visible()
    fits(made.facilitator)


def _change(made: Journey, start: str, end: str, notes: str) -> None:
    made.open(made.facilitator, "/meetings/lantern-evening/change")
    page = made.facilitator
    page.get_by_label("Starts", exact=True).fill(start)
    page.get_by_label("Ends", exact=True).fill(end)
    page.get_by_label("Notes for people who come", exact=True).fill(notes)
    page.get_by_label("Your mail address", exact=True).fill(ADDRESS)
    page.get_by_role("button", name="Look it over").click()
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    made.prove()


def _stale_approval_is_refused(made: Journey) -> None:
    """While the moderator looks at one request about the listing, another one is approved."""
    made.open_case("Lantern Evening")
    first = made.moderator.url
    other = made.moderator.context.new_page()
    _change(made, "20:00", "21:00", "")
    other.goto(made.server.url + "/moderate?kind=change&sort=newest")
    newest = other.get_by_role("link", name=re.compile("Lantern Evening")).first
    newest.click()
    assert other.url != first
    other.get_by_role("button", name=re.compile("Approve")).first.click()
    expect(other.get_by_role("status")).to_contain_text("Approved.")
    made.press("Approve")
    refused = made.moderator.get_by_role("alert")
    expect(refused).to_contain_text("changed")
    expect(refused).to_contain_text("6:30 pm")
    expect(refused).to_contain_text("8:00 pm")
    fits(made.moderator)
    _is_found(made, starts="8:00")


def _tonight(made: Journey, *, count: int) -> None:
    with a_seeker(made, "/?near=Austin%2C+TX&q=lantern&when=tonight") as page:
        expect(page.locator(".card")).to_have_count(count)


def _close_for_dates(made: Journey) -> None:
    _tonight(made, count=1)
    page = made.facilitator
    made.open(page, "/meetings/lantern-evening/dates")
    page.get_by_label("It does not take place", exact=True).check()
    page.get_by_label("From", exact=True).fill("2026-03-10")
    page.get_by_label("To", exact=True).fill("2026-03-17")
    page.get_by_label("What people should read", exact=True).fill("The hall is being painted.")
    page.get_by_label("Your mail address", exact=True).fill(ADDRESS)
    page.get_by_role("button", name="Look it over").click()
    for date in ("March 10", "March 17"):
        expect(page.get_by_text(f"Tuesday, {date}, 2026, 6:30 pm")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Send it").click()
    made.prove()
    made.open_case("Lantern Evening")
    made.press("Approve")
    expect(made.moderator.get_by_role("status")).to_contain_text("Approved.")


def _is_shown_as_closed(made: Journey) -> None:
    """On its own page, and to whoever looks for a meeting tonight."""
    with a_seeker(made, "/meetings/lantern-evening") as page:
        words = "Closed through Tuesday, March 17. Back on Tuesday, March 24. The hall is being painted."
        expect(page.get_by_text(words).first).to_be_visible()
    _tonight(made, count=0)


def _confirm(made: Journey) -> None:
    page = made.facilitator
    made.open(page, "/manage")
    page.get_by_label("Your mail address", exact=True).fill(ADDRESS)
    page.get_by_role("button", name="Send me the link").click()
    made.open(page, made.mailed("manage"))
    page.get_by_role("button", name="Open the listings").click()
    page.get_by_role("button", name="Still right").click()
    expect(page.get_by_text(re.compile("Confirmed .*(ago|now|today)")).first).to_be_visible()
    fits(page)


def _undo_the_closing(made: Journey) -> None:
    made.open(made.moderator, "/moderate?status=approved&kind=exception")
    made.moderator.get_by_role("link", name=re.compile("Lantern Evening")).first.click()
    made.press("Undo the approval")
    expect(made.moderator.get_by_text(re.compile("taken back")).first).to_be_visible()
    fits(made.moderator)
    with a_seeker(made, "/meetings/lantern-evening") as page:
        expect(page.get_by_role("heading", name="Lantern Evening")).to_be_visible()
        expect(page.get_by_text("The hall is being painted.")).to_have_count(0)
    _tonight(made, count=1)


@pytest.mark.browser
def test_a_listing_lives_from_the_first_word_to_the_undoing(journey: Journey) -> None:
    made = journey
    _new_meeting(made)
    made.prove()
    _ask_and_answer(made)
    made.open_case("Lantern Evening")
    expect(made.moderator.get_by_text("The blue door at the side.")).to_be_visible()
    made.press("Approve")
    _is_found(made, starts="7:00")

    _change(made, "18:30", "19:30", "Bring a cup.")
    _stale_approval_is_refused(made)
    made.moderator.get_by_role("checkbox", name=re.compile("Take Notes")).uncheck()
    made.press("Approve")
    _is_found(made, starts="6:30")
    with a_seeker(made, "/meetings/lantern-evening") as page:
        expect(page.get_by_text("Bring a cup.")).to_have_count(0)

    _close_for_dates(made)
    _is_shown_as_closed(made)
    _confirm(made)
    _undo_the_closing(made)
