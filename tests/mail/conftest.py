"""Fixtures of the tests of mail."""

from tests.mail.post_office import open_post_office, post_office

__all__ = ["open_post_office", "post_office"]
