"""A BMLT server taken at once: the four kinds of answers that hold everything it tells, by name.

From an address they are fetched as from any stranger, all of them within one deadline and one limit of size; what a
folder or a file holds is taken as it is.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

from finder.feeds.bmlt_read_answers import read_languages
from finder.feeds.payload import Payload, size_of
from finder.sources.connection import FetchError
from finder.sources.fetch import MAX_BYTES, MAX_SECONDS, TooLargeError, fetch, load_payload

ENDPOINT = "client_interface/json/"
MAX_LANGUAGES = 40
MAX_FILES = 200

#: What gives the body at an address within so many seconds and bytes.
Fetcher = Callable[[str, float, int], Payload]
#: Answers by name, or one payload with one or several.
ServerAnswers = Payload | Mapping[str, Payload]


def load_server(source: str, *, allow: tuple[str, ...] = (), max_seconds: float = MAX_SECONDS) -> ServerAnswers:
    """The answers at *source*: an http(s) address of a server, a folder of answers, or a file with one or several.

    Raises FetchError, and FeedError where the server does not tell its languages, with a sentence.
    """
    if "://" in source:

        def ask(address: str, seconds: float, size: int) -> Payload:
            return fetch(address, allow=allow, max_seconds=seconds, max_bytes=size)

        return read_server(source, ask, max_seconds=max_seconds)
    folder = Path(source).expanduser()
    return _read_folder(folder) if folder.is_dir() else load_payload(source, allow=allow)


def read_server(address: str, ask: Fetcher, *, max_seconds: float = MAX_SECONDS) -> dict[str, Payload]:
    """The answers of the server at *address*, each of them fetched by *ask*. Raises what *ask* raises."""
    base = endpoint_of(address)
    host = urlsplit(base).hostname
    end = time.monotonic() + max_seconds
    left = MAX_BYTES
    answers: dict[str, Payload] = {}

    def add(name: str, **asked: str) -> None:
        nonlocal left
        seconds = end - time.monotonic()
        if seconds <= 0:
            raise FetchError(f"{host} has more to tell than fits into {max_seconds:.0f} seconds. Try again later.")
        url = f"{base}?{urlencode({'switcher': name.split('.', maxsplit=1)[0], **asked})}"
        try:
            answers[name] = ask(url, seconds, left)
        except TooLargeError as error:
            raise FetchError(f"{host} has more to tell than fits into {MAX_BYTES // 2**20} MB.") from error
        left -= size_of(answers[name])

    add("GetServerInfo")
    languages = read_languages(answers["GetServerInfo"])[:MAX_LANGUAGES]
    add("GetServiceBodies")
    for language in languages:
        add(f"GetFormats.{language}", lang_enum=language, show_all="1")
    if not languages:
        add("GetFormats", show_all="1")
    add("GetSearchResults")
    return answers


def endpoint_of(address: str) -> str:
    """Where the server at *address* answers: it may be given with or without ``client_interface/json``."""
    parts = urlsplit(address.strip())
    path = parts.path.split("client_interface")[0].rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/{ENDPOINT}", "", ""))


def _read_folder(folder: Path) -> dict[str, Payload]:
    """The answers in the JSON files of *folder*, whatever they are called."""
    files = sorted(path for path in folder.iterdir() if path.suffix.casefold() == ".json" and path.is_file())
    if not files:
        raise FetchError(f"There is no JSON file in the folder {folder}: put the server's answers there.")
    if len(files) > MAX_FILES or sum(path.stat().st_size for path in files) > MAX_BYTES:
        raise FetchError(f"The folder {folder} holds more than the answers of a server.")
    return {path.name: load_payload(str(path)) for path in files}
