"""The search page: a way to begin, answers, choices, and help when something is not understood."""

import gzip
import html
import re

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.one_database  # what is answered from memory is the same on both

NEAR = "/?near=Austin,+TX"


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    """The page at *path* with its entities read and its lines joined."""
    answer = client.get(path)
    assert answer.status_code == status, path
    return " ".join(html.unescape(answer.get_data(as_text=True)).split())


def links_of(page: str, words: str) -> list[str]:
    """Where the links whose text holds *words* lead."""
    return [
        href
        for href, inner in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
        if words in re.sub(r"<[^>]+>", "", inner)
    ]


def shown(page: str) -> list[str]:
    """The slugs of the cards of a page, in order."""
    return re.findall(r'<h3><a href="/meetings/([^"]+)"', page)


def test_the_first_visit_offers_a_place_box_quick_choices_and_what_comes_next(client: FlaskClient) -> None:
    page = text_of(client, "/")
    assert '<label for="near">' in page
    assert links_of(page, "Tonight")
    assert shown(page)
    assert "Your first meeting" in page


def test_every_page_warns_that_demo_meetings_are_made_up(client: FlaskClient) -> None:
    for path in ("/", NEAR, "/programs", "/privacy", "/about"):
        assert "Demo: these meetings are made up." in text_of(client, path)
    assert "Demo: these meetings are made up." in text_of(client, "/no-such-page", 404)


def test_every_page_has_help_lines_a_way_out_and_a_skip_link(client: FlaskClient) -> None:
    for path, status in ((NEAR, 200), ("/", 200), ("/?within=abc", 400), ("/no-such-page", 404), ("/privacy", 200)):
        page = text_of(client, path, status)
        assert '<a href="tel:988">call</a>' in page
        assert re.search(r'<a [^>]*href="/leave"', page)
        assert '<a class="skip" href="#main">' in page
        assert page.count("<h1") == 1


def test_a_search_names_its_place_and_counts_its_answer(client: FlaskClient) -> None:
    page = text_of(client, NEAR)
    heading = re.search(r"<h1>(.*?)</h1>", page)
    assert heading
    assert re.match(r"\d[\d,]* meetings near Austin", heading[1])
    assert "Within 10 miles, soonest first." in page


def test_the_question_stays_in_the_form(client: FlaskClient) -> None:
    page = text_of(client, NEAR + "&within=25&audience=women&when=tomorrow&from=06:00&q=demo")
    assert 'name="near" value="Austin, TX"' in page
    assert '<option value="25" selected>' in page
    assert re.search(r'name="audience" value="women" checked', page)
    assert '<input type="hidden" name="when" value="tomorrow">' in page
    assert 'name="from" value="06:00"' in page
    assert 'name="q" value="demo"' in page


def test_a_choice_can_be_taken_back_by_its_chip(client: FlaskClient) -> None:
    page = text_of(client, NEAR + "&audience=women&audience=men")
    assert NEAR + "&audience=men" in links_of(page, "Remove Women")


def test_counts_beside_choices_are_what_choosing_them_gives(client: FlaskClient) -> None:
    page = text_of(client, NEAR)
    found = re.findall(r'name="program" value="([^"]+)"><span>[^<]*</span><small>([\d,]+)</small>', page)
    assert found
    for slug, count in found[:3]:
        heading = re.search(r"<h1>(\S+) ", text_of(client, f"{NEAR}&program={slug}"))
        assert heading
        assert heading[1] == count


def test_choices_that_show_nothing_are_not_offered_unless_chosen(client: FlaskClient) -> None:
    assert "<small>0</small></label>" not in text_of(client, NEAR).split('<div class="week">')[0]
    page = text_of(client, NEAR + "&language=maltese&language=english")
    assert 'name="language" value="maltese" checked' in page


def test_pages_of_an_answer_share_no_meeting_and_miss_none(client: FlaskClient) -> None:
    first = text_of(client, "/?sort=name")
    second = text_of(client, links_of(first, "More meetings")[0])
    assert len(shown(first)) == 25
    assert not set(shown(first)) & set(shown(second))
    assert links_of(second, "Earlier page") == ["/?sort=name&page=1"]


def test_several_places_of_one_name_become_a_choice(client: FlaskClient) -> None:
    page = text_of(client, "/?near=Portland&audience=women")
    choices = [link for link in links_of(page, "Portland") if "near=" in link]
    assert len(choices) >= 2
    assert all("audience=women" in link for link in choices)
    assert "meeting" in text_of(client, choices[0])


def test_a_misspelt_place_says_how_it_was_understood(client: FlaskClient) -> None:
    assert re.search(r"Showing Philadelphia.*\(you typed “Philadephia”\)", text_of(client, "/?near=Philadephia"))


def test_an_unknown_place_says_what_to_try(client: FlaskClient) -> None:
    page = text_of(client, "/?near=Qqqqqqqqqqqq", 400)
    assert "We could not find that place" in page
    assert "What you can try" in page
    assert 'value="Qqqqqqqqqqqq"' in page


def test_what_cannot_be_read_is_named_led_to_and_everything_else_is_kept(client: FlaskClient) -> None:
    page = text_of(client, "/?near=Austin%2C+TX&within=abc&audience=women&day=9", 400)
    assert "There is a problem" in page
    assert links_of(page, "Within:") == ["#within"]
    assert 'aria-describedby="within-fault"' in page
    assert 'name="near" value="Austin, TX"' in page
    assert '<input type="hidden" name="audience" value="women">' in page
    assert links_of(page, "Day:") == ["/?near=Austin,+TX&audience=women"]


def test_nothing_found_offers_the_next_best_thing_and_somebody_to_talk_to(client: FlaskClient) -> None:
    page = text_of(client, NEAR + "&q=zzzzzzzzzz")
    assert "No meetings near Austin" in page
    assert links_of(page, "Without the words you gave") == [NEAR]
    assert page.count('<a href="tel:988">call</a>') == 2


def test_a_page_too_far_on_leads_back_to_the_first(client: FlaskClient) -> None:
    page = text_of(client, NEAR + "&page=9999")
    assert links_of(page, "Go to the first page") == [NEAR]


def test_a_question_that_no_single_change_helps_still_leads_somewhere(client: FlaskClient) -> None:
    page = text_of(client, NEAR + "&within=2&when=now&audience=veterans&q=zzzzzzzzzz")
    assert "The next best" in page
    for words in ("Any kind of meeting, at any time", "The nearest of any kind, however far", "online from anywhere"):
        links = links_of(page, words)
        assert len(links) == 1, words
        assert not re.search(r"No meetings", text_of(client, links[0])), words


def test_a_local_search_offers_online_meetings_beside_it(client: FlaskClient) -> None:
    links = links_of(text_of(client, NEAR), "online meeting")
    assert links
    page = text_of(client, links[0])
    assert re.search(r"<h1>\d[\d,]* online meetings?</h1>", page)


def test_coordinates_are_kept_nowhere_and_not_told_back(client: FlaskClient) -> None:
    answer = client.get("/?lat=30.267432&lon=-97.743187")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "30.267" not in answer.get_data(as_text=True)
    assert "Near Austin" in html.unescape(answer.get_data(as_text=True))


def test_titles_of_searches_are_all_the_same(client: FlaskClient) -> None:
    paths = (NEAR, "/?near=Portland", "/?q=zzzzz&audience=women", "/?within=abc", "/?near=Qqqqqqqqqqqq")
    titles = {re.findall("<title>(.*?)</title>", client.get(path).get_data(as_text=True))[0] for path in paths}
    assert titles == {"Meetings · Meeting Finder"}


@pytest.mark.parametrize("path", ["/", NEAR, "/?sort=name"])
def test_pages_are_small_and_run_no_script_or_style_of_their_own(client: FlaskClient, path: str) -> None:
    body = client.get(path).get_data()
    assert len(gzip.compress(body, 6)) <= 14 * 1024
    assert b"<style" not in body
    assert b" style=" not in body
    assert not re.search(rb"<script(?![^>]*src=)(?![^>]*ld\+json)", body)


def test_style_sheets_and_scripts_may_be_kept_for_ever_under_their_own_name(client: FlaskClient) -> None:
    page = text_of(client, "/")
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(files) == 3
    for file in files:
        answer = client.get(file, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Encoding"] == "gzip"
        old = client.get(re.sub(r"/static/[0-9a-f]+/", "/static/000000000000/", file))
        assert old.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["../pyproject.toml", "css/none.css", "css", "%00", "..%2f..%2fREADME.md"])
def test_only_static_files_are_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/000000000000/{name}").status_code == 404


def test_programs_are_told_by_approach_and_one_by_one(client: FlaskClient) -> None:
    page = text_of(client, "/programs")
    assert links_of(page, "SMART Recovery")
    assert "Alcoholics Anonymous" not in text_of(client, "/programs?approach=smart").split("<main")[1]
    smart = text_of(client, "/programs/smart")
    assert "What to expect" in smart
    assert links_of(smart, "(leaves this site)") == ["https://smartrecovery.org"]
    assert "/?program=smart" in links_of(smart, "See ")


def test_a_region_tells_what_lies_in_it_and_its_next_meetings(client: FlaskClient) -> None:
    page = text_of(client, "/regions/texas")
    assert "Meetings in Texas" in page
    assert "/regions/austin" in links_of(page, "Austin")
    assert "/?region=texas" in links_of(page, "Search here")
    assert shown(page)


def test_a_region_is_shown_by_its_own_clock(client: FlaskClient) -> None:
    page = text_of(client, "/regions/austin")  # the site's clock is New York's
    assert shown(page)
    assert "Chicago time" not in page


@pytest.mark.parametrize("path", ["/programs/none", "/regions/none", "/meetings/none", "/regions/%00", "/programs/A B"])
def test_what_is_not_here_is_said_kindly(client: FlaskClient, path: str) -> None:
    page = text_of(client, path, 404)
    assert 'name="near"' in page


def test_machines_are_told_not_to_walk_through_searches(client: FlaskClient) -> None:
    assert "Disallow: /*?" in client.get("/robots.txt").get_data(as_text=True)


def test_a_list_is_taken_along_whole_by_other_finders_and_page_by_page_over_the_api(client: FlaskClient) -> None:
    page = text_of(client, "/?program=aa&page=2&sort=name")
    (whole,), (pages,) = links_of(page, "another meeting finder"), links_of(page, "page by page")
    assert (whole, pages) == ("/meetings.json?program=aa", "/api/v1/meetings?program=aa")
    assert len(client.get(whole).get_json()) > len(client.get(pages).get_json()["meetings"])
