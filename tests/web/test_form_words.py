"""A wrong choice, whatever the form, is answered in our words with what to do."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
import wtforms
from wtforms import DateField, Form, SelectField
from wtforms.validators import InputRequired, Length

from finder.config import Settings
from finder.sources.managing import SourceDraft, add_source
from finder.store.database import Database
from finder.web import forms
from tests.conftest import NOW, BuildSite
from tests.web.desk import Desk, a_desk
from tests.web.source_pages import filled, text

pytestmark = pytest.mark.one_database

#: The beginnings of what WTForms says where nobody gave it words.
STOCK = ("Not a valid", "This field is required", "Invalid", "Field must be", "Number must be", "Date must be")
NEW_SOURCE = {"name": "Lark County", "kind": "csv", "program": "aa", "policy": "propose", "every_min": "0"}


@pytest.fixture
def desk(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Desk:
    made = a_desk(database)
    made.app = build_site(settings_for(database.url.render_as_string(hide_password=False)))
    return made


def a_source_of(desk: Desk) -> int:
    draft = SourceDraft(name="Larks", kind="csv", program="aa", service_body_id=desk.bodies["own"])
    with desk.database.unit_of_work() as session:
        return add_source(session, draft, by="test", reason="", now=NOW)


#: Address of the form, its field, and what is said of a choice that is none.
WRONG: list[tuple[str, str, str]] = [
    ("/moderate/sources/new", "kind", "Choose what it gives from the list."),
    ("/moderate/sources/new", "program", "Choose one of the listed programs."),
    ("/moderate/sources/new", "service_body", "Choose one of the listed service bodies"),
    ("/moderate/sources/new", "policy", "Choose what becomes of what it says."),
    ("/moderate/sources/new", "every_min", "Choose from the list how often it is read."),
    ("/moderate/sources/new", "field_rules", "Choose what holds in fields that were edited here."),
    ("/moderate/sources/new", "rule-place_name", "Building or venue: choose one of the listed rules."),
    ("/moderate/sources/{source}/change", "program", "Choose one of the listed programs."),
    ("/moderate/sources/{source}/remove", "keep", "Choose what becomes of its listings."),
    ("/moderate/place/{place}", "precision", "Choose how exact the point is: the building, or about there."),
    ("/moderate/place/{place}/close", "first_date", "First day: write the date as 2026-12-24."),
    ("/moderate/place/{place}/close", "last_date", "Last day: write the date as 2026-12-24."),
    ("/moderate/trees/regions", "parent", "Choose what it lies in from the list: it may have changed."),
    ("/moderate/trees/bodies", "parent", "Choose what it lies in from the list: it may have changed."),
    ("/moderate/trees/bodies/{body}", "parent", "Choose what it lies in from the list: it may have changed."),
    ("/moderate/trees/bodies/{body}/merge", "into", "Choose what stays from the list: it may have changed."),
    ("/moderate/words/programs", "sort", "Choose one of the listed approaches."),
    ("/moderate/words/formats", "sort", "Choose one of the listed things that it may be about."),
    ("/account/people", "role", "Choose one of the listed roles."),
    ("/account/people", "body", "Choose one of the listed service bodies."),
]
#: Forms that stand on the page of another address.
ON_PAGE = ("/close", "/merge")


@pytest.mark.parametrize(("path", "field", "words"), WRONG)
def test_a_wrong_choice_is_told_at_its_field_with_what_to_do(desk: Desk, path: str, field: str, words: str) -> None:
    meeting = desk.listing("own", name="Courage", slug="courage")
    address = path.format(source=a_source_of(desk), place=meeting.location_id, body=desk.bodies["own"])
    values = {**(NEW_SOURCE if path.endswith("/new") else {}), "first_date": "2026-12-24", field: "banana"}

    shown = address.removesuffix(ON_PAGE[0]).removesuffix(ON_PAGE[1])
    answer = filled(desk, "administrator", address, shown=shown, **values)
    page = unescape(text(answer))

    assert answer.status_code in {400, 422}
    assert "There is a problem" in page
    assert page.count(words) >= 2, "In the summary and at the field."
    assert [each for each in STOCK if each in page] == []


@pytest.mark.parametrize("minutes", ["9" * 5000, "-60", "1e3", "\u0663"])
def test_no_number_of_minutes_stumbles(desk: Desk, minutes: str) -> None:
    answer = filled(desk, "administrator", "/moderate/sources/new", **{**NEW_SOURCE, "every_min": minutes})
    assert "Choose from the list how often it is read." in text(answer)


def every_form() -> Iterator[type[Form]]:
    """Every form of the site."""
    for module in pkgutil.iter_modules(forms.__path__):
        for found in vars(importlib.import_module(f"{forms.__name__}.{module.name}")).values():
            if isinstance(found, type) and issubclass(found, Form) and found is not Form:
                yield found


def without_words(field: wtforms.Field) -> Iterator[str]:
    """The faults of a field about which WTForms would speak in its own words."""
    if isinstance(field, SelectField) and not field.invalid_choice_message:
        yield "a wrong choice"
    if isinstance(field, DateField) and not field.invalid_value_message:
        yield "a wrong date"
    known = (wtforms.StringField, wtforms.HiddenField, wtforms.BooleanField, SelectField, DateField)
    if type(field).__module__.startswith("wtforms") and not isinstance(field, known):
        yield "whatever else is wrong"


def test_no_form_leaves_the_words_to_its_library() -> None:
    found: list[Any] = []
    for form in set(every_form()):
        for field in form():
            found += [(form.__name__, field.name, fault) for fault in without_words(field)]
            for check in field.validators:
                if isinstance(check, InputRequired | Length) and not check.message:
                    found.append((form.__name__, field.name, type(check).__name__))
    assert found == []
