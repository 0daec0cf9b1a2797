"""The page behind a reminder: looked at as often as wanted, pressed once, by somebody with the page before them."""

import re
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from finder.config import Settings
from finder.store.database import Database
from finder.store.meeting import Meeting
from tests.conftest import NOW, BuildSite
from tests.review.people import secret_mailed
from tests.review.test_freshness import a_group_with, remind


@pytest.fixture
def app(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Flask:
    return build_site(settings_for(database.url.render_as_string(hide_password=False)))


@pytest.fixture
def secret(database: Database) -> str:
    """Of a reminder about two listings of the Courage Group, confirmed 200 and 300 days ago."""
    with database.unit_of_work() as session:
        a_group_with(session, 200, 300)
    remind(database)
    return secret_mailed(database, "confirm")


def token_on(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def fresh(database: Database) -> set[int]:
    with database.reading() as session:
        return set(session.execute(select(Meeting.id).where(Meeting.confirmed_at == NOW)).scalars())


def numbers_on(text: str) -> list[str]:
    return re.findall(r'name="listing" value="(\d+)" checked', text)


def test_programs_that_open_every_link_in_a_mail_confirm_nothing(app: Flask, database: Database, secret: str) -> None:
    client = app.test_client()
    for _ in range(3):
        assert client.get(f"/confirm/{secret}").status_code == 200
        assert client.head(f"/confirm/{secret}").status_code == 200
    assert client.post(f"/confirm/{secret}", data={"listing": ["1", "2"]}).status_code == 400
    assert fresh(database) == set()
    shown = client.get(f"/confirm/{secret}")
    assert "Every Tuesday, 7:00 pm to 8:00 pm (Austin time)" in shown.text or "Every Tuesday" in shown.text
    assert "Larkspur Hall" in shown.text
    assert "please check first" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert len(numbers_on(shown.text)) == 2


def test_one_press_confirms_what_is_ticked_and_the_link_has_done_its_work(
    app: Flask, database: Database, secret: str
) -> None:
    client = app.test_client()
    path = f"/confirm/{secret}"
    numbers = numbers_on(client.get(path).text)
    done = client.post(path, data={"csrf_token": token_on(client, path), "listing": numbers})
    assert (done.status_code, done.location) == (303, "/confirm/thanks?count=2")
    assert "Your 2 listings are confirmed." in client.get(done.location).text
    assert fresh(database) == {int(number) for number in numbers}
    assert client.get(path).status_code == 410
    assert client.get("/confirm/nonsense").status_code == 404


def test_no_tick_is_told_and_keeps_the_link(app: Flask, database: Database, secret: str) -> None:
    client = app.test_client()
    path = f"/confirm/{secret}"
    empty = client.post(path, data={"csrf_token": token_on(client, path), "listing": ["²", "x"]})
    assert empty.status_code == 400
    assert "Choose the listings that are still right." in empty.text
    assert fresh(database) == set()
    first = numbers_on(empty.text)[:1]
    assert client.post(path, data={"csrf_token": token_on(client, path), "listing": first}).status_code == 303
    assert fresh(database) == {int(first[0])}


def test_of_many_presses_at_once_one_counts(app: Flask, secret: str) -> None:
    path = f"/confirm/{secret}"
    answers: list[int] = []

    def press() -> None:
        client = app.test_client()
        data = {"csrf_token": token_on(client, path), "listing": numbers_on(client.get(path).text)}
        ready.wait()
        answers.append(client.post(path, data=data).status_code)

    ready = threading.Barrier(8)
    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303] + [410] * 7


@pytest.mark.parametrize(
    ("count", "words"), [("1", "Your listing is confirmed."), ("0", "Nothing"), ("x", "Nothing"), ("", "Nothing")]
)
def test_the_thanks_say_how_many(app: Flask, count: str, words: str) -> None:
    assert words in app.test_client().get(f"/confirm/thanks?count={count}").text
