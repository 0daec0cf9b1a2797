"""One mail address, and nothing that only looks like one."""

import pytest

from finder.domain.errors import BadInputError
from finder.mail.address import one_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("robin@example.org", "robin@example.org"),
        ("  Robin.Vale+list@Example.ORG ", "robin.vale+list@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("robin@b\u00fccher.example.org", "robin@xn--bcher-kva.example.org"),
        ("robin@ex\u0430mple.org", "robin@xn--exmple-4nf.org"),  # a Cyrillic letter is seen for what it is
    ],
)
def test_one_address_is_kept_in_one_form(text: str, address: str) -> None:
    assert one_address(text) == address
    assert one_address(address) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "robin",
        "robin@",
        "@example.org",
        "a@b, c@d",
        "robin@example.org, kim@example.org",
        "robin@example.org;kim@example.org",
        "robin@example.org kim@example.org",
        "robin@kim@example.org",
        "Robin <robin@example.org>",
        "<robin@example.org>",
        "robin@example.org (Robin)",
        '"robin vale"@example.org',
        "robin@example.org\n",
        "robin@example.org\r\nBcc: kim@example.org",
        "\tkim@example.org",
        "robin@example.org\x00",
        "robin@example.org\x0b",
        "robin@example.org\u2028Bcc: kim@example.org",
        "rob\u00adin@example.org",
        "robin@exam\u200bple.org",
        "robin@exam\u200dple.org",
        "\u202erobin@example.org",
        "robin\u066bkim@example.org",
        "\uff52obin@example.org",
        "robin@\uff45xample.org",
        "robin\uff20example.org",
        "r\u00f6bin@example.org",
        "robin\ud800@example.org",
        "kim%example.org@example.org",
        "example.org!kim@example.org",
        "robin@localhost",
        "robin@127.0.0.1",
        "robin@[127.0.0.1]",
        "robin@example.org.",
        "robin@-example.org",
        "robin..vale@example.org",
        f"{'r' * 65}@example.org",
        f"robin@{'e' * 260}.org",
        "r" * 100_000 + "@example.org",
    ],
)
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadInputError, match=r"^Enter ") as caught:
        one_address(text)
    assert caught.value.parameter == "email"
