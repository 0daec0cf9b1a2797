"""The one place that knows every part of the site, and puts it together."""

import os
from urllib.parse import parse_qsl

from flask import Flask
from werkzeug.datastructures import MultiDict

from finder.config import Settings
from finder.domain.errors import BadInputError
from finder.review.tally import Tally
from finder.search.keeper import Keeper
from finder.search.local_keeper import LocalKeeper
from finder.search.places import Gazetteer
from finder.store.database import Database
from finder.store.shelf_reader import ShelfReader
from finder.surroundings import ROOT, Clock, clock_of, gazetteer_path, quiet_logs
from finder.web import (
    about,
    account,
    account_links,
    account_people,
    account_proofs,
    api,
    assets,
    audit_pages,
    bmlt,
    bmlt_naws,
    caching,
    calendar,
    confirm,
    contacts,
    cross_site,
    edit,
    edit_acts,
    edit_find,
    edit_groups,
    edit_groups_merge,
    edit_listing,
    edit_new,
    edit_trees,
    edit_wide,
    edit_words,
    embed,
    errors,
    exports,
    feeding,
    headers,
    health,
    health_pages,
    leave,
    machines,
    manage,
    meeting,
    meeting_guide,
    moderate,
    moderate_bulk,
    moderate_decide,
    moderate_listing,
    moderate_replies,
    page,
    programs,
    security,
    seek,
    sources,
    sources_edit,
    sources_runs,
    status,
    submit,
)
from finder.web.converters import NumberConverter
from finder.web.forms.described import BY_NAME, strays
from finder.web.parts import Parts

#: Bytes of a request's body that are read at most; nothing the site takes today is larger.
MAX_BODY = 64 * 1024


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> Flask:
    """Build the site. Without *settings* they are read from the environment (SettingsError names every fault).

    The search snapshot is built now, so that processes forked from this one share it.
    """
    settings = settings or Settings.from_env(os.environ)
    clock = clock or clock_of(settings)
    quiet_logs()
    app = Flask("finder", root_path=str(ROOT), template_folder="templates", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=MAX_BODY,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https:"),
    )
    app.url_map.converters["int"] = NumberConverter
    app.json.sort_keys = False  # type: ignore[attr-defined]  # our default provider has it
    held = app.extensions["finder"] = parts_for(settings, clock)
    bmlt.install(app)
    caching.install(app)
    headers.install(app)
    errors.install(app)
    assets.install(app)
    page.install(app)
    cross_site.install(app)
    security.install(app)
    for page_family in (
        api,
        calendar,
        health,
        leave,
        seek,
        meeting,
        programs,
        about,
        exports,
        bmlt_naws,
        machines,
        embed,
    ):
        app.register_blueprint(page_family.blueprint)
    app.register_blueprint(meeting_guide.blueprint)
    for account_family in (account, account_links, account_people, account_proofs):
        app.register_blueprint(account_family.blueprint)
    for facilitator_family in (submit, status, manage):
        app.register_blueprint(facilitator_family.blueprint)
    for work_family in (moderate, moderate_bulk, moderate_decide, moderate_listing, moderate_replies):
        app.register_blueprint(work_family.blueprint)
    for editing_family in (
        audit_pages,
        confirm,
        contacts,
        edit,
        edit_acts,
        edit_find,
        edit_groups,
        edit_groups_merge,
        edit_listing,
        edit_new,
        edit_trees,
        edit_wide,
        edit_words,
        health_pages,
        sources,
        sources_edit,
        sources_runs,
    ):
        app.register_blueprint(editing_family.blueprint)
    held.keeper.current()
    held.reader.close()
    held.database.dispose()  # no connection is shared by the processes that are forked from this one
    return app


def parts_for(settings: Settings, clock: Clock) -> Parts:
    """Put the parts of a site together; nothing is opened yet."""
    database = Database(settings.database_url)
    reader = ShelfReader(database.url)
    return Parts(
        settings=settings,
        clock=clock,
        database=database,
        reader=reader,
        keeper=Keeper(reader, clock=clock),
        gazetteer=Gazetteer(gazetteer_path(settings)),
        local=LocalKeeper(reader, clock=clock),
        tally=Tally(),
    )


def ids_answering(settings: Settings, clock: Clock, query: str) -> list[int]:
    """Ids of the listings that answer the search in *query*, as the site finds them.

    Raises InvalidSearchError, and BadInputError for a parameter that the API would refuse: a list that grows to be of
    everything goes unseen into a file.
    """
    asked = MultiDict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
    if unknown := strays(asked, BY_NAME):
        named = " or ".join(unknown)
        raise BadInputError("search", f"A search has no parameter {named}. Known: {', '.join(BY_NAME)}.")
    held = parts_for(settings, clock)
    try:
        return feeding.answering(held, held.keeper.current(), clock(), asked)
    finally:
        held.reader.close()
