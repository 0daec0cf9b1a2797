"""Values become words that somebody in a hurry, or in distress, understands."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from markupsafe import Markup

from finder.domain.schedule import Override
from finder.domain.vocabulary import OverrideKind
from finder.review.case import Step
from finder.review.editing import Undoable
from finder.search.answer import Hit, Relaxation
from finder.search.criteria import SearchCriteria, Sort, When
from finder.web.presenters.ask import ask, quick_choices
from finder.web.presenters.cards import Card, Seeker, fill, telling
from finder.web.presenters.distances import distance_words, radius_choices
from finder.web.presenters.edit import WORKER_NAMES, history_lines
from finder.web.presenters.facts import facts
from finder.web.presenters.groups import groups
from finder.web.presenters.headings import chips, heading, sorts
from finder.web.presenters.labels import Labels, counted, labels_of
from finder.web.presenters.links import directions, help_lines, mail, service_of, telephone, web_link
from finder.web.presenters.moderate_history import ACTORS
from finder.web.presenters.offers import offers
from finder.web.presenters.overrides import banner
from finder.web.presenters.pieces import pieces_of
from finder.web.presenters.place_words import place_words
from finder.web.presenters.times import ago, day_heading, in_minutes, moment, zone_of, zone_words
from finder.web.presenters.trust import trust

CHICAGO = "America/Chicago"
#: Tuesday, March 10, 2026, 6:05 pm in Austin.
NOW = dt.datetime(2026, 3, 10, 23, 5, tzinfo=dt.UTC)


def in_minutes_from_now(minutes: int) -> dt.datetime:
    return NOW + dt.timedelta(minutes=minutes)


def a_moment(start: int, length: int = 60, **changes: Any) -> tuple[str, str, str]:  # noqa: ANN401 - whatever it takes
    """Clock, how soon and until when of a sitting that starts *start* minutes from now."""
    begins = in_minutes_from_now(start)
    options: dict[str, Any] = {"own": CHICAGO, "seeker": CHICAGO, "online": False, "on": start <= 0} | changes
    said = moment(begins, begins + dt.timedelta(minutes=length), now=NOW, **options)
    return said.clock, said.soon, said.until


def a_zone(*, own: str, online: bool = False) -> str:
    """What is added of the zone, for a seeker in Chicago."""
    start = in_minutes_from_now(25)
    return moment(start, start, now=NOW, own=own, seeker=CHICAGO, online=online, on=False).zone


LABELS = labels_of(
    1,
    [{"slug": "smart", "name": "SMART Recovery"}, {"slug": "na", "name": "Narcotics Anonymous"}],
    [
        {"slug": "women", "name": "Women", "kind": "audience"},
        {"slug": "lgbtq", "name": "LGBTQ+", "kind": "audience"},
        {"slug": "newcomers", "name": "Newcomers welcome", "kind": "audience"},
        {"slug": "wheelchair", "name": "Wheelchair access", "kind": "access"},
    ],
    [
        {"id": 1, "slug": "texas", "name": "Texas", "parent_id": None},
        {"id": 2, "slug": "austin", "name": "Austin", "parent_id": 1},
    ],
)


def a_document(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the key takes
    """A listing in Larkspur Hall, Austin."""
    document: dict[str, Any] = {
        "id": 7,
        "slug": "courage",
        "attendance": "in_person",
        "formats": ["women", "wheelchair"],
        "unmapped_types": [],
        "group": None,
        "conference": None,
        "join_policy": "open",
        "notes": "",
        "website": "",
        "url": "",
        "region": [{"slug": "austin", "name": "Austin"}],
        "location": {
            "name": "Larkspur Hall",
            "address": "12 Example Street, Austin, TX",
            "street": "12 Example Street",
            "unit": "",
            "city": "Austin",
            "state": "TX",
            "precision": "exact",
            "notes": "",
            "access_notes": "",
            "address_visibility": "public",
        },
    }
    return document | changes


def a_card(**changes: Any) -> Card:  # noqa: ANN401 - whatever the field takes
    """A card of which only the gaps are looked at."""
    values: dict[str, Any] = {
        "pieces": tuple("abcdefghijk"),
        "zone": CHICAGO,
        "online": False,
        "exact": True,
        "closed": False,
        "has_join": False,
        "start": "19:00",
        "confirmed_at": NOW - dt.timedelta(days=21),
        "overrides": (),
        "demo": False,
    }
    return Card(**(values | changes))


def a_hit(minutes: int | None, number: int = 1) -> Hit:
    start = None if minutes is None else in_minutes_from_now(minutes)
    end = None if start is None else start + dt.timedelta(hours=1)
    return Hit(number, 1, start, end, minutes is not None and minutes <= 0, 2.0)


SEEKER = Seeker(now=NOW, zone=CHICAGO, unit="mi")


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (-30, ("5:35 pm", "on now", "ends 6:35 pm")),
        (25, ("6:30 pm", "in 25 min", "until 7:30 pm")),
        (85, ("7:30 pm", "in 1 h 25 min", "until 8:30 pm")),
        (355, ("midnight", "in 5 h 55 min", "until 1:00 am")),
        (14 * 60, ("8:05 am", "tomorrow", "until 9:05 am")),
        (3 * 24 * 60, ("6:05 pm", "Fri, Mar 13", "until 7:05 pm")),
    ],
)
def test_when_is_told_by_the_minutes_left_then_by_the_day(start: int, words: tuple[str, str, str]) -> None:
    assert a_moment(start) == words


def test_a_meeting_online_is_told_in_the_seekers_clock_with_its_own_beside_it() -> None:
    assert a_moment(25, own="America/New_York", online=True) == ("6:30 pm", "in 25 min", "until 7:30 pm")
    assert a_zone(own="America/New_York", online=True) == "7:30 pm New York time"


def test_a_meeting_to_go_to_is_told_in_its_own_clock() -> None:
    assert a_moment(25, own="America/New_York") == ("7:30 pm", "in 25 min", "until 8:30 pm")
    assert a_zone(own="America/New_York") == "New York time"


def test_nobody_is_told_a_zone_that_shows_the_same_clock() -> None:
    assert a_zone(own="America/Winnipeg", online=True) == ""


def test_minutes_left_are_never_rounded_up() -> None:
    assert in_minutes(0) == "starting now"
    assert in_minutes(60) == "in 1 h"


def test_an_unknown_zone_still_gives_a_page() -> None:
    assert zone_of("Mars/Olympus").key == "UTC"
    assert zone_words("America/Argentina/Buenos_Aires") == "Buenos Aires time"
    assert zone_words("UTC") == "UTC"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "yesterday"),
        (5, "5 days ago"),
        (21, "3 weeks ago"),
        (60, "8 weeks ago"),
        (213, "6 months ago"),
        (800, "2 years ago"),
    ],
)
def test_how_long_ago_is_told_roughly(days: int, words: str) -> None:
    assert ago(NOW - dt.timedelta(days=days), NOW) == words


@pytest.mark.parametrize(
    ("days", "words", "stale"),
    [
        (21, "Confirmed by the group 3 weeks ago", False),
        (180, "Confirmed by the group 5 months ago", False),
        (214, "Last confirmed 7 months ago: please check first", True),
    ],
)
def test_an_old_confirmation_asks_to_check_first(days: int, words: str, stale: bool) -> None:  # noqa: FBT001
    said = trust(NOW - dt.timedelta(days=days), NOW)
    assert (said.words, said.stale) == (words, stale)


def test_a_listing_never_confirmed_says_so() -> None:
    said = trust(None, NOW)
    assert said.stale
    assert "please check first" in said.words


@pytest.mark.parametrize(
    ("km", "unit", "exact", "words"),
    [
        (None, "mi", True, ""),
        (0.0, "mi", True, "under 0.1 mi"),
        (1.3, "mi", True, "0.8 mi"),
        (16.05, "mi", True, "10 mi"),
        (3.2, "km", True, "3.2 km"),
        (3.2, "mi", False, "about 2 mi"),
        (0.0, "km", False, "about 1 km"),
    ],
)
def test_distances_are_no_more_exact_than_what_is_known(km: float | None, unit: str, exact: bool, words: str) -> None:  # noqa: FBT001
    assert distance_words(km, unit, exact=exact) == words


def test_an_odd_radius_stays_among_the_choices() -> None:
    assert ("7.5", "7.5 miles", True) in radius_choices("mi", 7.5)
    assert [chosen for _, _, chosen in radius_choices("mi", 10.0)].count(True) == 1


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//example.org", "https:///x", "ftp://example.org", "http://[", ""],
)
def test_only_web_addresses_become_web_links(url: str) -> None:
    assert web_link(url) == ""


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("https://us02web.zoom.us/j/1", "Zoom"),
        ("https://evilzoom.us/j/1", "evilzoom.us"),
        ("https://zoom.us.example.org/j/1", "zoom.us.example.org"),
        ("https://meet.example.org/room", "meet.example.org"),
    ],
)
def test_a_conference_is_called_by_the_exact_labels_of_its_host(url: str, service: str) -> None:
    assert service_of(url) == service


def test_telephone_numbers_keep_pauses_and_codes() -> None:
    assert telephone("+1 (512) 555-0142,,123456#") == "tel:+15125550142,,123456%23"
    assert telephone("javascript:1") == ""
    assert telephone("call us") == ""


def test_mail_links_have_one_recipient_and_no_second_header() -> None:
    assert mail("group@example.org", "About listing 7") == "mailto:group@example.org?subject=About%20listing%207"
    for bad in ("a@example.org,b@example.org", "a@example.org?bcc=b", "nobody", "a@b@c", "a b@example.org"):
        assert mail(bad) == ""


def test_directions_go_to_the_point_or_look_for_the_address() -> None:
    assert directions(30.2672, -97.7431, "12 Example Street").endswith("to=30.267200%2C-97.743100")
    assert directions(None, None, "12 Example St & Co").endswith("query=12%20Example%20St%20%26%20Co")
    assert directions(0.0, 0.0, "") != ""
    assert directions(None, None, "") == ""


def test_help_lines_link_their_numbers_and_stay_text_otherwise() -> None:
    html = help_lines("In <danger>: call 911. To talk: call or text 988, free. Or 1-800-662-4357.")
    assert '<a href="tel:911">call 911</a>' in html
    assert '<a href="tel:988">call</a> or <a href="sms:988">text 988</a>' in html
    assert '<a href="tel:18006624357">1-800-662-4357</a>' in html
    assert "In &lt;danger&gt;" in html


def test_an_area_only_address_says_how_to_learn_it_and_nothing_else() -> None:
    location = a_document()["location"] | {"address_visibility": "area", "name": "", "street": "", "precision": "area"}
    document = a_document(location=location)
    assert place_words(document) == "Near Austin, address given on request"
    where = facts(document, LABELS)[0]
    assert where.lines[0].text == "Address given on request. It is near Austin, TX."


def test_a_hybrid_meeting_says_both_ways() -> None:
    assert place_words(a_document(attendance="hybrid")).endswith("Austin and online")
    assert place_words(a_document(attendance="online", location=None)) == "Online"


def test_facts_are_under_the_heading_of_their_kind() -> None:
    found = {fact.term: [line.text for line in fact.lines] for fact in facts(a_document(), LABELS)}
    assert found["For"] == ["Women"]
    assert found["Access"] == ["Wheelchair access"]
    assert "Online" not in found


def test_a_link_given_on_request_is_not_shown_even_if_it_is_there() -> None:
    conference = {"url": "https://zoom.us/j/1", "url_notes": "", "phone": "", "phone_notes": ""}
    document = a_document(attendance="online", join_policy="on_request", conference=conference)
    online = next(fact for fact in facts(document, LABELS) if fact.term == "Online")
    assert not any(line.href for line in online.lines)


@pytest.mark.parametrize(
    ("kind", "last", "words"),
    [
        (OverrideKind.CANCELLED, 24, "Not on Thursday, December 24. Back on Thursday, December 31. Happy holidays."),
        (
            OverrideKind.CANCELLED,
            26,
            "Not from Thursday, December 24 to Saturday, December 26. Back on Thursday, December 31. Happy holidays.",
        ),
        (OverrideKind.MOVED, 24, "On Thursday, December 24: at Hall B. Happy holidays."),
        (OverrideKind.ONLINE_ONLY, 24, "On Thursday, December 24: online only. Happy holidays."),
        (OverrideKind.OTHER_TIME, 24, "On Thursday, December 24: starts at 8:00 pm, for 45 minutes. Happy holidays."),
    ],
)
def test_exceptions_are_told_with_the_day_that_it_is_back(kind: OverrideKind, last: int, words: str) -> None:
    override = Override(
        kind=kind,
        first_date=dt.date(2026, 12, 24),
        last_date=dt.date(2026, 12, last),
        start=dt.time(20),
        duration=dt.timedelta(minutes=45),
        place="Hall B",
        note="Happy holidays.",
    )
    assert banner(override, today=dt.date(2026, 12, 1), back=dt.date(2026, 12, 31)) == words


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (OverrideKind.CANCELLED, "Closed through Saturday, December 26. Back on Thursday, December 31."),
        (OverrideKind.ONLINE_ONLY, "Through Saturday, December 26: online only."),
    ],
)
def test_an_exception_that_has_begun_is_told_with_its_last_day(kind: OverrideKind, words: str) -> None:
    override = Override(kind=kind, first_date=dt.date(2026, 12, 20), last_date=dt.date(2026, 12, 26))
    assert banner(override, today=dt.date(2026, 12, 22), back=dt.date(2026, 12, 31)) == words


def test_a_heading_says_what_was_asked_in_one_phrase() -> None:
    asked = {"when": ("tonight",), "audience": ("women",), "program": ("smart",)}
    assert heading(asked, 6, "Austin, Texas", LABELS) == (
        "6 SMART Recovery meetings for women tonight near Austin, Texas"
    )
    assert heading({"audience": ("lgbtq",), "attendance": ("online",)}, 1, "", LABELS) == (
        "1 online meeting for LGBTQ+"
    )
    assert heading({"audience": ("newcomers",), "region": ("texas",)}, 0, "", LABELS) == "No meetings in Texas"


def test_a_chip_leads_to_the_question_without_its_choice() -> None:
    asked = {"near": ("Austin",), "audience": ("women", "lgbtq"), "q": ("hope",), "page": ("3",)}
    found = {chip.label: chip.href for chip in chips(asked, LABELS, "")}
    assert found["Women"] == "/?near=Austin&audience=lgbtq&q=hope"
    assert found["“hope”"] == "/?near=Austin&audience=women&audience=lgbtq"


def test_nearest_is_offered_only_near_a_place() -> None:
    assert "Nearest first" in [link.label for link in sorts({}, "soonest", has_place=True)]
    assert "Nearest first" not in [link.label for link in sorts({}, "soonest", has_place=False)]


def test_online_now_leaves_the_place_behind_and_takes_its_clock_along() -> None:
    links = {link.label: link.href for link in quick_choices({"near": ("Austin",), "within": ("5",)}, {}, CHICAGO)}
    assert links["Online now"] == "/?when=now&attendance=online&tz=America%2FChicago"


def test_a_quick_choice_that_shows_nothing_is_not_offered() -> None:
    counts = {"when": {"tonight": 3}}
    assert [link.label for link in quick_choices({}, counts, "UTC")] == ["Tonight", "Online now"]


def test_a_chosen_quick_choice_is_undone_by_pressing_it_again() -> None:
    tonight = quick_choices({"when": ("tonight",), "near": ("Austin",)}, {}, "UTC")[0]
    assert (tonight.label, tonight.chosen, tonight.href) == ("Tonight", True, "/?near=Austin")


def test_what_has_no_control_on_the_page_is_kept_hidden() -> None:
    asked = {"near": ("Austin",), "when": ("tonight",), "audience": ("women",), "page": ("2",)}
    made = ask(asked, near="Austin", within=10.0, unit="mi", quick=[], shown=frozenset({("audience", "women")}))
    assert made.kept == [("when", "tonight")]


def test_offers_lead_to_the_question_with_one_thing_less() -> None:
    asked = {"near": ("Austin",), "when": ("tonight",), "from": ("18:00",)}
    criteria = SearchCriteria(within_km=40.2336, when=(When.TOMORROW,))
    found = [
        Relaxation(kind=kind, criteria=criteria, total=total)
        for kind, total in (("within", 3), ("when", 2), ("time", 5), ("online", 12), ("words", 0))
    ]
    made = {offer.label: (offer.href, offer.count) for offer in offers(found, asked, unit="mi", zone=CHICAGO)}
    assert made == {
        "Within 25 miles": ("/?near=Austin&within=25&when=tonight&from=18:00", 3),
        "Tomorrow": ("/?near=Austin&when=tomorrow&from=18:00", 2),
        "At any time of the day": ("/?near=Austin&when=tonight", 5),
        "Online, from anywhere": ("/?when=tonight&from=18:00&attendance=online&tz=America%2FChicago", 12),
    }


def test_cards_stand_under_on_now_coming_up_and_their_day() -> None:
    shown = [
        (a_hit(-10), a_card()),
        (a_hit(30), a_card()),
        (a_hit(4 * 60), a_card()),
        (a_hit(14 * 60), a_card()),
        (a_hit(3 * 24 * 60), a_card()),
        (a_hit(None), a_card(start="")),
        (a_hit(None), a_card(closed=True)),
    ]
    assert [group.title for group in groups(shown, SEEKER, Sort.SOONEST)] == [
        "On now",
        "Coming up",
        "Later today",
        "Tomorrow, Wednesday",
        "Friday, March 13",
        "Without a fixed time",
        "Temporarily closed",
    ]


def test_an_order_that_is_not_by_time_has_no_headings() -> None:
    found = groups([(a_hit(30), a_card()), (a_hit(-10), a_card())], SEEKER, Sort.NEAREST)
    assert [(group.title, len(group.cards)) for group in found] == [("", 2)]


def test_a_card_does_not_repeat_the_day_it_stands_under() -> None:
    tomorrow = dt.date(2026, 3, 11)
    assert "tomorrow" in fill(a_card(), a_hit(14 * 60), SEEKER)
    assert "tomorrow" not in fill(a_card(), a_hit(14 * 60), SEEKER, under=tomorrow)
    assert day_heading(tomorrow, dt.date(2026, 3, 10)) == "Tomorrow, Wednesday"


def test_a_card_tells_first_what_helps_to_choose() -> None:
    assert telling(["wheelchair", "women", "unknown", "newcomers"], LABELS) == ["women", "newcomers", "wheelchair"]


def test_a_closed_meeting_is_never_shown_as_open() -> None:
    html = fill(a_card(closed=True, has_join=True, pieces=(*"abcdefghi", "<join>", "k")), a_hit(None), SEEKER)
    assert "closed for now" in html
    assert "<join>" not in html


def test_a_card_of_what_was_to_take_place_once_and_is_off_says_so() -> None:
    days = {"kind": "cancelled", "place": "", "note": "Snow <3"}
    off = days | {"first_date": "2999-01-01", "last_date": "2999-01-01"}
    over = days | {"first_date": "2020-01-01", "last_date": "2020-01-01"}

    assert '<p class="change">Cancelled. Snow &lt;3</p>' in fill(a_card(overrides=(off,)), a_hit(None), SEEKER)
    assert "Cancelled" not in fill(a_card(overrides=(over,)), a_hit(None), SEEKER)
    assert "Cancelled" not in fill(a_card(), a_hit(None), SEEKER)


def test_the_join_button_stands_on_cards_that_are_on_or_about_to_begin() -> None:
    card = a_card(has_join=True, pieces=(*"abcdefghi", "<join>", "k"))
    assert "<join>" in fill(card, a_hit(-5), SEEKER)
    assert "<join>" in fill(card, a_hit(30), SEEKER)
    assert "<join>" not in fill(card, a_hit(31), SEEKER)


def test_a_card_tells_what_is_different_this_time_and_escapes_it() -> None:
    moved = {"kind": "moved", "first_date": "2026-03-10", "last_date": "2026-03-10", "place": "<b>", "note": ""}
    html = fill(a_card(overrides=(moved,)), a_hit(25), SEEKER)
    assert '<p class="change">This time at &lt;b&gt;.</p>' in html
    assert "change" not in fill(a_card(overrides=(moved,)), a_hit(25 + 24 * 60), SEEKER)


def test_gaps_of_a_template_are_counted() -> None:
    def render(_: str, values: Mapping[str, object]) -> str:
        return f"<p>{values['slot']}{values['word']}</p>"

    assert pieces_of(render, "x", 1, word="hello") == ("<p>", "hello</p>")
    with pytest.raises(ValueError, match="1 gaps instead of 2"):
        pieces_of(render, "x", 2, word="hello")


def test_a_name_that_is_not_in_the_vocabulary_is_its_slug() -> None:
    empty = Labels(1, {}, {}, {})
    assert (empty.program("aa"), empty.format("open"), empty.region("texas"), empty.kind("open")) == (
        "aa",
        "open",
        "texas",
        "",
    )
    assert [entry["slug"] for entry in LABELS.parents(LABELS.regions["austin"])] == ["texas"]


def test_numbers_agree_with_their_nouns() -> None:
    assert (counted(1), counted(0), counted(1240)) == ("1 meeting", "0 meetings", "1,240 meetings")
    assert isinstance(help_lines("x"), Markup)


def test_whoever_acts_without_an_account_is_named_in_the_histories_of_groups_and_places() -> None:
    assert not (ACTORS.keys() - {"submitter"}) - WORKER_NAMES.keys()
    step = Step(1, NOW, "operator", "bring", "service_body", "", None, None)
    [line] = history_lines([Undoable(step=step, undoable=False)], now=NOW)
    assert line.words.startswith("Brought by its source by the operator")
