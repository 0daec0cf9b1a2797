"""Who answers for a group: found by those who answer a help line, and by nobody else."""

from collections.abc import Callable

import pytest
from sqlalchemy import insert

from finder.config import Settings
from finder.domain.listing import GroupDraft
from finder.store.database import Database
from finder.store.people import Contact
from tests.conftest import BuildSite
from tests.factories import a_location
from tests.web.desk import Desk, a_desk


@pytest.fixture
def desk(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Desk:
    made = a_desk(database)
    made.app = build_site(settings_for(database.url.render_as_string(hide_password=False)))
    for body, name in (("own", "Lantern"), ("foreign", "Harbor")):
        hall = a_location(name=f"{name} Hall", formatted_address=f"1 {name} Street, Austin")
        meeting = made.listing(body, name=f"{name} at Noon", location=hall, group=GroupDraft(name=f"{name} Group"))
        row = {"name": f"Kim of {name}", "email": f"{name.lower()}@example.org", "phone": "+1 512-555-0101"}
        with database.unit_of_work() as session:
            session.execute(insert(Contact).values(group_id=meeting.group_id, **row))
    return made


def found(desk: Desk, words: str, who: str = "reader") -> str:
    answer = desk.client(who).get("/contacts", query_string={"q": words})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.text


@pytest.mark.parametrize("words", ["lantern group", "Lantern at", "1 lantern street"])
def test_a_help_line_finds_who_answers_for_a_group(desk: Desk, words: str) -> None:
    page = found(desk, words)
    assert "Kim of Lantern" in page
    assert 'href="tel:+1512-555-0101"' in page
    assert 'href="mailto:lantern@example.org"' in page


def test_contacts_of_other_bodies_are_not_there(desk: Desk) -> None:
    assert "Kim" not in found(desk, "harbor")
    assert "Kim of Harbor" in found(desk, "harbor", "other")
    assert "Kim of Harbor" in found(desk, "harbor", "administrator")


def test_nothing_is_listed_before_a_word_is_given(desk: Desk) -> None:
    assert "Kim" not in found(desk, "")
    assert "Kim" not in found(desk, " ")


def test_a_reader_is_led_to_what_is_theirs_alone(desk: Desk) -> None:
    for path in ("/account", "/contacts"):
        page = desk.client("reader").get(path).text
        assert 'href="/contacts"' in page
        assert 'href="/moderate' not in page


def test_contacts_want_the_second_step(desk: Desk) -> None:
    answer = desk.client("weak").get("/contacts?q=lantern")
    assert answer.status_code == 303
    assert answer.location.startswith("/account/second-step")
