"""A group is asked by mail whether its listings are still right: processes, an SMTP conversation, one press."""

import re
import subprocess
from collections.abc import Callable

from sqlalchemy import select

from finder.store.database import Database
from finder.store.mail import OutboxMail
from finder.store.meeting import Meeting
from tests.conftest import NOW
from tests.mail.post_office import PostOffice
from tests.review.test_freshness import ROBIN, a_group_with
from tests.sender import Sender
from tests.servers import FINDER, Server


def work(server: Server, office: PostOffice) -> None:
    """Have a worker do what is due."""
    env = {**server.env, "FINDER_SMTP_URL": office.url}
    subprocess.run([str(FINDER), "worker", "--once"], env=env, check=True, timeout=240, capture_output=True)


def test_one_press_confirms_and_a_program_that_opens_every_link_does_not(
    database: Database, serve: Callable[..., Server], post_office: PostOffice
) -> None:
    with database.unit_of_work() as session:
        [number] = a_group_with(session, 200)
        slug = session.get_one(Meeting, number).slug
    server = serve(database.url.render_as_string(hide_password=False), testing="1", now=NOW.isoformat())
    listing, person = f"/meetings/{slug}", Sender(server)
    assert ": please check first" in person.get(listing).text

    work(server, post_office)
    work(server, post_office)
    [mail] = post_office.messages()
    assert (mail["To"], mail["Subject"]) == (ROBIN, "Are your meetings still as listed?")
    found = re.search(rf"{server.url}(/confirm/\S+)", mail.get_content())
    assert found is not None
    with database.reading() as session:
        assert session.execute(select(OutboxMail.recipient, OutboxMail.body)).all() == [("", "")]

    program = Sender(server)
    opened = [program.get(found[1], method).status for method in ("GET", "HEAD", "GET")]
    assert [*opened, program.post(found[1], [("listing", str(number))]).status] == [200, 200, 200, 400]
    assert ": please check first" in person.get(listing).text

    pressed = person.fill(found[1], [("listing", str(number))])
    assert (pressed.status, pressed.headers["location"]) == (303, "/confirm/thanks?count=1")
    shown = person.get(f"{listing}?").text
    assert ("Confirmed by the group" in shown, ": please check first" in shown) == (True, False)
    assert person.get(found[1]).status == 410
    work(server, post_office)
    assert len(post_office.messages()) == 1
