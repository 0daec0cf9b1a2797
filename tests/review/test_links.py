"""Dead links: looked at by the worker, once a week, dead after three days of failures, told on the health pages."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from finder.cli.jobs import look_at_links
from finder.cli.toolbox import Toolbox
from finder.config import Settings
from finder.directory.publish import publish, unpublish
from finder.domain.listing import GroupDraft
from finder.review.links import due_links, forget_links, note_link
from finder.store.database import Database
from finder.store.link import LinkCheck
from tests.accounts.visitors import Watch
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing
from tests.sources.loopback import Handler, serving
from tests.web.desk import a_desk

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def listed(database: Database, website: str, **changes: object) -> int:
    with database.unit_of_work() as session:
        return publish(session, a_listing(website=website, **changes), actor="test", reason="", now=NOW)


def due(database: Database, now: dt.datetime = NOW) -> list[str]:
    with database.reading() as session:
        return due_links(session, now=now)


def noted(database: Database, url: str, fault: str | None, now: dt.datetime = NOW) -> LinkCheck:
    with database.unit_of_work() as session:
        note_link(session, url, fault, now=now)
    with database.reading() as session:
        return session.execute(select(LinkCheck).where(LinkCheck.url == url)).scalar_one()


def test_one_address_of_each_host_is_looked_at_and_examples_never(database: Database) -> None:
    for url in ("https://a.gov/1", "https://a.gov/2", "http://b.gov/", "https://quiet.example.org/", "mailto:x@a.gov"):
        listed(database, url)
    listed(database, "", group=GroupDraft(name="Lantern", website="https://group.gov/"))
    assert due(database) == ["http://b.gov/", "https://a.gov/1", "https://group.gov/"]
    noted(database, "https://a.gov/1", None)
    assert due(database) == ["http://b.gov/", "https://a.gov/2", "https://group.gov/"]


def test_an_address_is_looked_at_again_after_a_week_and_a_failing_one_the_next_day(database: Database) -> None:
    listed(database, "https://a.gov/")
    noted(database, "https://a.gov/", None)
    assert [due(database, NOW + days * DAY) != [] for days in (1, 6, 8)] == [False, False, True]
    noted(database, "https://a.gov/", "It is not there.")
    assert [due(database, NOW + hours * HOUR) != [] for hours in (1, 19, 21)] == [False, False, True]


def test_failures_of_one_day_count_once_and_success_forgets_them(database: Database) -> None:
    url = "https://a.gov/"
    counts = [noted(database, url, "Gone.", NOW + hours * HOUR).failures for hours in (0, 1, 21, 42)]
    assert counts == [1, 1, 2, 3]
    unsure = noted(database, url, "", NOW + 63 * HOUR)
    assert (unsure.failures, unsure.words) == (3, "Gone.")
    assert noted(database, url, None, NOW + 84 * HOUR).failures == 0


def test_what_no_listing_has_any_more_is_forgotten(database: Database) -> None:
    number = listed(database, "https://a.gov/")
    noted(database, "https://a.gov/", None)
    with database.unit_of_work() as session:
        forget_links(session)
        assert session.get(LinkCheck, "https://a.gov/") is not None
        unpublish(session, number, actor="test", reason="", now=NOW)
        forget_links(session)
    with database.reading() as session:
        assert session.get(LinkCheck, "https://a.gov/") is None


def answering(request: Handler) -> None:
    status = {"/gone": 404, "/shut": 410, "/busy": 503, "/closed": 403}.get(request.path, 200)
    if request.path == "/moved":
        request.send(status=301, Location="/here")
    else:
        request.send(b"<html>x</html>" * 9, status=status, Content_Type="text/html")


@pytest.mark.parametrize(
    ("path", "failures", "words"),
    [("/", 0, ""), ("/moved", 0, ""), ("/gone", 1, "404"), ("/shut", 1, "410"), ("/busy", 0, ""), ("/closed", 0, "")],
)
def test_the_worker_asks_the_site_and_remembers_what_it_said(
    database: Database, settings_for: Callable[..., Settings], path: str, failures: int, words: str
) -> None:
    with serving(answering) as asked:
        listed(database, asked.url + path)
        url = database.url.render_as_string(hide_password=False)
        settings = settings_for(url, feed_allow=asked.address)
        toolbox = Toolbox(
            settings=settings,
            clock=Watch(),
            database=database,
            root=settings.data_dir,
            gazetteer_path=settings.data_dir,
        )
        assert look_at_links(toolbox) == "1 looked at"
        assert look_at_links(toolbox) is None
        assert asked.headers[0]["user-agent"] == "MeetingFinder"
    with database.reading() as session:
        row = session.execute(select(LinkCheck)).scalar_one()
    assert (row.failures, words in row.words) == (failures, True)


def test_a_site_inside_the_network_is_never_asked(database: Database, settings_for: Callable[..., Settings]) -> None:
    with serving(answering) as asked:
        listed(database, asked.url + "/")
        settings = settings_for(database.url.render_as_string(hide_password=False))
        toolbox = Toolbox(
            settings=settings,
            clock=Watch(),
            database=database,
            root=settings.data_dir,
            gazetteer_path=settings.data_dir,
        )
        assert look_at_links(toolbox) == "1 looked at"
        assert asked.paths == []


def test_it_can_be_switched_off(database: Database, settings_for: Callable[..., Settings]) -> None:
    listed(database, "https://a.gov/")
    settings = settings_for(database.url.render_as_string(hide_password=False), link_checks="0")
    toolbox = Toolbox(
        settings=settings, clock=Watch(), database=database, root=settings.data_dir, gazetteer_path=settings.data_dir
    )
    assert look_at_links(toolbox) is None


def test_the_health_page_lists_dead_links_and_says_why(
    database: Database, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    desk = a_desk(database)
    desk.app = build_site(settings_for(database.url.render_as_string(hide_password=False)))
    desk.listing("own", name="Dead Site", website="https://a.gov/")
    desk.listing("own", name="Of The Group", group=GroupDraft(name="Lantern", website="https://b.gov/"))
    desk.listing("own", name="Well", website="https://c.gov/")
    for days in range(3):
        for url in ("https://a.gov/", "https://b.gov/"):
            noted(database, url, "the page is not there (status 404).", NOW + days * DAY)
        noted(database, "https://c.gov/", None, NOW + days * DAY)
    app: Flask = desk.app
    assert app.name == "finder"
    client = desk.client("moderator")
    assert "Dead link" in client.get("/moderate/health").text
    page = client.get("/moderate/health/hill-country/dead-link").text
    assert ("Dead Site" in page, "Of The Group" in page, ">Well<" in page) == (True, True, False)
    assert "https://a.gov/ led nowhere on 3 days: the page is not there (status 404)." in page
