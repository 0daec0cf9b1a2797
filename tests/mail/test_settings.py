"""The settings of mail, and what becomes of the passwords in them."""

from pathlib import Path

import pytest

from finder.config import Settings, SettingsError, mail_host


def settings(tmp_path: Path, **variables: str) -> Settings:
    env = {f"FINDER_{name}": value for name, value in variables.items()}
    return Settings.from_env({"FINDER_DATA_DIR": str(tmp_path / "var"), **env})


def test_without_a_setting_mail_is_written_into_the_data_folder(tmp_path: Path) -> None:
    made = settings(tmp_path)
    assert made.smtp_url == ""
    assert made.mail_dir == tmp_path / "var" / "mail"
    assert made.mail_from == "no-reply@localhost"
    assert settings(tmp_path, MAIL_DIR=str(tmp_path / "out")).mail_dir == tmp_path / "out"


@pytest.mark.parametrize(
    "value",
    [
        "smtp://localhost",
        "smtp://mail.example.org:587",
        "smtps://robin%40example.org:a%2Fb@mail.example.org",
        "smtp://[::1]:2525/",
    ],
)
def test_an_smtp_server_is_named_by_its_address(tmp_path: Path, value: str) -> None:
    made = settings(tmp_path, SMTP_URL=value)
    assert made.smtp_url == value
    assert value not in repr(made)


@pytest.mark.parametrize(
    "value",
    [
        "mail.example.org",
        "http://robin:passage@mail.example.org",
        "smtp://",
        "smtp://robin:passage@",
        "smtp://robin@mail.example.org",
        "smtp://:passage@mail.example.org",
        "smtp://robin:passage/1@mail.example.org",
        "smtp://robin:passage#1@mail.example.org",
        "smtp://robin:passage?1@mail.example.org",
        "smtp://robin@example.org:passage@mail.example.org",
        "smtp://robin:pass age@mail.example.org",
        "smtp://robin:passage@mail.example.org:port",
        "smtp://robin:passage@mail.example.org:99999",
        "smtp://robin:passage@[mail.example.org",
        "smtp://robin:passage@mail.example.org/inbox",
    ],
)
def test_a_wrong_smtp_address_is_named_without_its_password(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match="FINDER_SMTP_URL") as caught:
        settings(tmp_path, SMTP_URL=value)
    words = str(caught.value)
    assert "passage" not in words
    assert "pass" not in words.replace("PASSWORD", "").replace("password", "")
    assert "robin" not in words


@pytest.mark.parametrize(
    "value", ["nobody", "a@example.org, b@example.org", "Finder <a@example.org>", "r\u00f6@example.org"]
)
def test_mail_comes_from_one_plain_address(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match="FINDER_MAIL_FROM"):
        settings(tmp_path, MAIL_FROM=value)
    assert settings(tmp_path, MAIL_FROM="meetings@example.org").mail_from == "meetings@example.org"


@pytest.mark.parametrize(
    ("public_url", "host"),
    [
        ("https://Meetings.example.org:8443", "meetings.example.org"),
        ("http://127.0.0.1:8000", "localhost"),
        ("http://[::1]:8000", "localhost"),
        ("http://192.0.2.7", "localhost"),
        ("https://b\u00fccher.example.org", "xn--bcher-kva.example.org"),
    ],
)
def test_the_host_in_mail_is_that_of_the_public_address(tmp_path: Path, public_url: str, host: str) -> None:
    assert mail_host(public_url) == host
    assert settings(tmp_path, PUBLIC_URL=public_url).mail_from == f"no-reply@{host}"
