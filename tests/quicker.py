"""What all the sites that one run builds have in common is made once: compiled templates and builders of addresses.

Most tests build a site of their own, over a database of their own; without this they spend half their time on it.
"""

from collections.abc import Callable
from typing import ClassVar

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


class KeptCode(BytecodeCache):
    """Compiled templates, kept in memory; Jinja looks itself whether a template is still the same."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill *bucket* with what is kept under its key."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


class KeptRule(Rule):
    """A route whose functions that build an address are those of the same route of the site before."""

    _kept: ClassVar[dict[object, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - theirs
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (self.rule, tuple(self._trace), append_unknown)
        if key not in self._kept:
            self._kept[key] = super()._compile_builder(append_unknown)
        return self._kept[key]


def install() -> None:
    """Have every site that is built from now on in this process share these."""
    Flask.url_rule_class = KeptRule
    Flask.jinja_options = {"bytecode_cache": KeptCode()}
