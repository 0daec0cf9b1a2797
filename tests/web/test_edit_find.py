"""A moderator finds what is theirs to edit, and nothing else."""

from collections.abc import Callable

import pytest

from finder.config import Settings
from finder.domain.listing import GroupDraft
from finder.store.database import Database
from tests.conftest import BuildSite
from tests.factories import a_location
from tests.web.desk import Desk, a_desk


@pytest.fixture
def desk(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Desk:
    made = a_desk(database)
    made.app = build_site(settings_for(database.url.render_as_string(hide_password=False)))
    for body, name in (("own", "Lantern"), ("foreign", "Harbor")):
        hall = a_location(name=f"{name} Hall", street=f"1 {name} Street", formatted_address=f"1 {name} Street, Austin")
        made.listing(body, name=f"{name} at Noon", location=hall, group=GroupDraft(name=f"{name} Group"))
    return made


def found(desk: Desk, words: str, who: str = "moderator") -> str:
    answer = desk.client(who).get("/moderate/find", query_string={"q": words})
    assert answer.status_code == 200
    return answer.text


def test_a_listing_its_place_and_its_group_are_found_by_a_word(desk: Desk) -> None:
    page = found(desk, "lANTERN")
    for link in ("/moderate/listing/lantern-at-noon", "/moderate/place/1", "/moderate/groups/1"):
        assert f'href="{link}"' in page, link
    assert "Lantern at Noon" in found(desk, "noon austin")
    assert "Nothing of yours is called that" in found(desk, "lantern harbor")


def test_what_is_foreign_is_not_found(desk: Desk) -> None:
    assert "Nothing of yours is called that" in found(desk, "harbor")
    assert "Harbor at Noon" in found(desk, "harbor", "administrator")
    assert "Lantern" not in found(desk, "noon", "other")


@pytest.mark.parametrize("words", ["%", "_", "\\", "'; --", "\x00", "a" * 5000, "\ud800"])
def test_odd_words_find_nothing_and_break_nothing(desk: Desk, words: str) -> None:
    page = found(desk, words.encode("utf-8", "replace").decode())
    assert "Lantern at Noon" not in page


def test_more_than_is_shown_is_said(desk: Desk) -> None:
    for number in range(26):
        desk.listing("own", name=f"Ember {number}", group=GroupDraft(name=f"Ember {number}"))
    page = found(desk, "ember")
    assert page.count("/moderate/listing/") == 25
    assert "There are more: add a word." in page
