"""Asking a BMLT server for everything: which questions, from what addresses, and what ends it."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from finder.domain.errors import FinderError
from finder.feeds.bmlt_read import decode_bmlt
from finder.sources.bmlt_server import endpoint_of, load_server
from finder.sources.connection import FetchError
from tests.feeds.bmlt_answers import NA, SERVER_INFO, a_meeting, formats, service_bodies
from tests.sources.loopback import Handler, serving

MEETINGS = [a_meeting(number) for number in range(1, 4)]


def answer(handler: Handler) -> None:
    """Answer as a server does."""
    asked = parse_qs(urlsplit(handler.path).query)
    told: dict[str, object] = {
        "GetServerInfo": SERVER_INFO,
        "GetServiceBodies": service_bodies(),
        "GetFormats": formats(asked.get("lang_enum", ["en"])[0]),
        "GetSearchResults": MEETINGS,
    }
    handler.send(b"\xef\xbb\xbf" + json.dumps(told[asked["switcher"][0]]).encode(), Content_Type="application/json")


@pytest.mark.parametrize("tail", ["", "/", "/main_server", "/main_server/", "/main_server/client_interface/json/?x=1"])
def test_a_server_is_asked_four_kinds_of_questions(tail: str) -> None:
    with serving(answer) as server:
        payload = load_server(server.url + tail, allow=(server.address,))
    prefix = "/main_server" if "main_server" in tail else ""

    assert server.paths == [
        f"{prefix}/client_interface/json/?switcher={question}"
        for question in (
            "GetServerInfo",
            "GetServiceBodies",
            "GetFormats&lang_enum=en&show_all=1",
            "GetFormats&lang_enum=de&show_all=1",
            "GetSearchResults",
        )
    ]
    decoded = decode_bmlt(payload, options=NA)
    assert [row.key for row in decoded.rows] == ["1", "2", "3"]
    assert len(decoded.bodies) == 4
    assert {name.language for each in decoded.formats for name in each.names} == {"en", "de"}


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [
        ("https://example.org/main_server/", "https://example.org/main_server/client_interface/json/"),
        ("https://example.org/client_interface/json", "https://example.org/client_interface/json/"),
        ("https://example.org", "https://example.org/client_interface/json/"),
        (" https://example.org/a/b?switcher=GetFormats#x", "https://example.org/a/b/client_interface/json/"),
    ],
)
def test_an_address_leads_to_where_the_server_answers(address: str, endpoint: str) -> None:
    assert endpoint_of(address) == endpoint


@pytest.mark.parametrize("broken", ["GetServerInfo", "GetServiceBodies", "GetFormats", "GetSearchResults"])
def test_one_answer_that_fails_ends_it_with_a_reason(broken: str) -> None:
    def fails(handler: Handler) -> None:
        if broken in handler.path:
            handler.send(b"sorry", status=500)
        else:
            answer(handler)

    with serving(fails) as server, pytest.raises(FetchError, match="status 500"):
        load_server(server.url, allow=(server.address,))


def test_an_answer_that_is_no_json_is_named() -> None:
    def fails(handler: Handler) -> None:
        if "GetServiceBodies" in handler.path:
            handler.send(b"[{]", Content_Type="application/json")
        else:
            answer(handler)

    with serving(fails) as server:
        payload = load_server(server.url, allow=(server.address,))
    with pytest.raises(FinderError, match=r"GetServiceBodies: .*line 1, column 3"):
        decode_bmlt(payload, options=NA)


def test_all_questions_have_one_deadline_together() -> None:
    def slow(handler: Handler) -> None:
        handler.asked.over.wait(0.4)
        answer(handler)

    with serving(slow) as server:
        with pytest.raises(FetchError):
            load_server(server.url, allow=(server.address,), max_seconds=1.0)
        assert len(server.paths) < 5


def test_a_server_within_our_walls_is_not_asked() -> None:
    with serving(answer) as server:
        with pytest.raises(FetchError):
            load_server(server.url)
        assert server.paths == []


def test_languages_are_words_and_few() -> None:
    langs = "en, de,de,../../x,&a=b," + ",".join(
        f"a{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(99)
    )

    def many(handler: Handler) -> None:
        if "GetServerInfo" in handler.path:
            handler.send(json.dumps([{"versionInt": "1", "langs": langs}]).encode())
        else:
            handler.send(b"[]")

    with serving(many) as server:
        load_server(server.url, allow=(server.address,))
    asked = [parse_qs(urlsplit(path).query).get("lang_enum", [""])[0] for path in server.paths]
    assert asked[2:5] == ["en", "de", "aaa"]
    assert len(asked) == 43


def test_a_folder_of_answers_is_read_whatever_its_files_are_called(tmp_path: Path) -> None:
    told = {"info": SERVER_INFO, "a": service_bodies(), "b": formats("de"), "c": formats("en"), "z": MEETINGS}
    for name, content in told.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not an answer", encoding="utf-8")

    decoded = decode_bmlt(load_server(str(tmp_path)), options=NA)
    assert (len(decoded.rows), len(decoded.bodies), len(decoded.formats)) == (3, 4, 12)
    assert decoded.formats[0].names[0].language == "en"  # the server's own


def test_a_file_of_answers_is_read(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"GetSearchResults": MEETINGS, "GetServiceBodies": service_bodies()}), encoding="utf-8")

    decoded = decode_bmlt(load_server(str(file)), options=NA)
    assert (len(decoded.rows), len(decoded.bodies)) == (3, 4)


def test_a_folder_without_answers_says_so(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="no JSON file"):
        load_server(str(tmp_path))
