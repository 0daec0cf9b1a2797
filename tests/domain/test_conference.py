"""Join links: whose they are, what makes them usable, and what in them is a secret."""

import pytest

from finder.domain.conference import PROVIDERS, has_secret, host_of, provider_of, read_join_link
from finder.domain.errors import BadInputError


@pytest.mark.parametrize("domain", PROVIDERS)
def test_a_service_is_known_by_its_exact_labels(domain: str) -> None:
    assert provider_of(domain) == provider_of(f"us02web.{domain}") == provider_of(domain.upper() + ".") == domain
    for other in (
        f"evil{domain}",
        f"{domain}.evil.example",
        f"{domain}-evil.example",
        domain.replace(".", "-") + ".example",
    ):
        assert provider_of(other) == "", other


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "http://zoom.us/j/5550100",
        "javascript:alert(1)",
        "data:text/html,hello",
        "https://robin@zoom.us/j/5550100",
        "https://robin:word@zoom.us/j/5550100",
        "https://zoom.us\\@evil.example/j/1",
        "https:// zoom.us/j/1",
        "https://zoom.us:8443/j/1",
        "https://127.0.0.1/j/1",
        "https://[::1]/j/1",
        "https://localhost/j/1",
        "https://zoom/j/1",
        "https://zo\u202eom.us/j/1",
        "https://zoom.us/" + "x" * 3000,
        "https://\ud800.example/",
        "https://zoom.us/j/1\x00",
        "Meeting 555 0100",
    ],
)
def test_what_is_no_plain_https_link_is_refused_with_an_instruction(text: str) -> None:
    with pytest.raises(BadInputError, match="It begins with https://") as refused:
        read_join_link(text)
    assert refused.value.parameter == "conference_url"


def test_a_link_is_read_with_its_service_and_its_secrets() -> None:
    link = read_join_link(" US02web.Zoom.us/j/5550100?pwd=abc&Token=x&pwd=again ")
    assert (link.host, link.provider, link.secrets) == ("us02web.zoom.us", "zoom.us", ("pwd", "token"))
    assert link.url == "https://US02web.Zoom.us/j/5550100?pwd=abc&Token=x&pwd=again"


@pytest.mark.parametrize("host", ["meet.example.org", "evilzoom.us", "zoom.us.example.org", "zoom-us.example.org"])
def test_a_link_to_an_unknown_service_is_refused_by_its_name(host: str) -> None:
    with pytest.raises(BadInputError, match=f"We do not know {host} as a service"):
        read_join_link(f"https://{host}/lantern")


def test_services_that_the_operator_names_are_known_by_exact_labels() -> None:
    also = ("Meet.example.org",)
    assert read_join_link("https://meet.example.org/lantern", also).provider == "meet.example.org"
    assert read_join_link("https://one.meet.example.org/lantern", also).provider == "meet.example.org"
    with pytest.raises(BadInputError, match="evilmeet"):
        read_join_link("https://evilmeet.example.org/lantern", also)


@pytest.mark.parametrize(
    "link", ["https://zoom.us/s/1?zak=host", "https://zoom.us/s/1?x=1&ZAK=host", "https://zoom.us/s/1#zak=host"]
)
def test_the_hosts_own_key_is_never_taken(link: str) -> None:
    with pytest.raises(BadInputError, match="host's own key"):
        read_join_link(link)
    assert has_secret(link)


@pytest.mark.parametrize(
    ("link", "secret"),
    [
        ("https://zoom.us/j/5550100", False),
        ("https://zoom.us/j/5550100?pwd=", False),
        ("https://zoom.us/j/5550100?lang=en", False),
        ("https://zoom.us/j/5550100?PWD=abc", True),
        ("https://zoom.us/j/5550100#pwd=abc", True),
        ("https://example.webex.com/meet?MTID=m1", True),
        ("https://meet.example.org/a?access_token=x", True),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_a_passcode_in_a_link_is_noticed_wherever_it_stands(link: str, secret: bool) -> None:  # noqa: FBT001
    assert has_secret(link) is secret


def test_the_host_of_a_link_is_told_without_its_port_or_user() -> None:
    assert host_of("https://Robin@Zoom.us:443/j/1") == "zoom.us"
    assert host_of("https://[broken") == host_of("no link") == ""
