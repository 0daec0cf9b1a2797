"""Commands about data sources: where listings come from, what each refresh changed, and taking it back."""

import re
from collections.abc import Callable
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.cli import sources_runs
from finder.cli.readiness import ready
from finder.cli.screen import error_screen, screen
from finder.cli.sources_show import runs_table, source_table, sources_table
from finder.cli.toolbox import Toolbox
from finder.directory.audit import OPERATOR
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.sources import FieldRule, SourcePolicy
from finder.sources.lookup import source_named
from finder.sources.managing import SourceDraft, add_source, change_source, draft_of_source
from finder.sources.readers import kinds
from finder.sources.removing import remove_source
from finder.sources.restoring import list_removed, removed_named, restore_source
from finder.sources.shown import LATEST, latest_runs, list_sources, show_source
from finder.sources.wording import counted
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody

MINUTES = {"m": 1, "h": 60, "d": 60 * 24}
_EVERY = re.compile(r"([0-9]{1,6})([mhd])")


@click.group()
def sources() -> None:
    """Look after where listings come from.

    A source is a feed, a spreadsheet or another server that lists meetings. Add it once, for example with
    `finder sources add "Lark County" https://lark.example.org/meetings.json --program aa --every 6h`.

    The worker then reads it on time. Every reading is a proposal first. What becomes of it is the source's policy:
    `publish` applies everything at once, `publish_small` applies changes without a risk and leaves new, gone and
    risky ones to moderators, and `propose` leaves everything to them. `finder sources diff NAME` shows what waits,
    `finder sources apply NAME` takes it over, and `finder sources rollback NAME` takes a whole refresh back.
    """


def _settings(command: Callable[..., None]) -> Callable[..., None]:
    """The options that `add` and `change` share."""
    for option in reversed(
        (
            click.option("--service-body", metavar="BODY", help="Whose it is: the short name of a service body."),
            click.option("--region", help='The region above those of its rows, such as "Texas > Austin".'),
            click.option("--zone", help="Time zone of rows that name none; otherwise that of their place."),
            click.option("--country", help="Two-letter country of rows that name none."),
            click.option(
                "--policy",
                type=click.Choice([policy.value for policy in SourcePolicy]),
                help="What becomes of what it says; see `finder sources --help`.",
            ),
            click.option("--every", help="How often the worker reads it: 30m, 6h, 1d, or never."),
            click.option(
                "--rule",
                "rules",
                multiple=True,
                metavar="FIELD=RULE",
                help="Whose word holds on a field that was edited here: ask, here or source. For all fields: *=here.",
            ),
        )
    ):
        command = option(command)
    return command


@sources.command("add")
@click.argument("name")
@click.argument("address", default="")
@click.option("--format", "kind", type=click.Choice(kinds()), default="meeting-guide", show_default=True)
@click.option("--program", required=True, help="The program of its meetings, for example aa, na, al-anon, smart.")
@_settings
@click.pass_context
def add(context: click.Context, /, *, name: str, address: str, kind: str, program: str, **options: object) -> None:
    """Add the source NAME, found at ADDRESS. Without an address its file is given to `finder sources refresh`."""
    toolbox = ready(context)
    with toolbox.database.unit_of_work() as session:
        draft = SourceDraft(name=name, kind=kind, program=program, url=address)
        number = add_source(session, _with(session, draft, options), **_said(toolbox))
        screen().print(source_table(show_source(session, number)))
    error_screen().print("Read it now with `finder sources refresh`.", markup=False)


@sources.command("change")
@click.argument("name")
@click.option("--address", help="Where it is from now on.")
@click.option("--rename", help="What it is called from now on.")
@click.option("--format", "kind", type=click.Choice(kinds()), help="How it is written.")
@click.option("--program", help="The program of its meetings.")
@_settings
@click.pass_context
def change(context: click.Context, /, *, name: str, **options: object) -> None:
    """Change settings of the source NAME; what is not named stays. It is read anew afterwards."""
    toolbox = ready(context)
    with toolbox.database.unit_of_work() as session:
        row = source_named(session, name)
        draft = _with(session, draft_of_source(row), options)
        change_source(session, row.id, draft, seen=None, **_said(toolbox))
        screen().print(source_table(show_source(session, row.id)))


def _said(toolbox: Toolbox) -> dict[str, Any]:
    """Who adds or changes a source, why and when, and from which private addresses tests may have one read."""
    return {"by": OPERATOR, "reason": "", "now": toolbox.clock(), "allow": toolbox.settings.feed_allow}


def _with(session: Session, draft: SourceDraft, options: dict[str, object]) -> SourceDraft:
    """*draft* with the options that were given."""
    told = {name: value for name, value in options.items() if value is not None}
    values = {field: getattr(draft, field) for field in SourceDraft.__dataclass_fields__}
    names = {"region": "region", "zone": "zone", "country": "country", "address": "url", "rename": "name"}
    names |= {"kind": "kind", "program": "program"}
    values |= {names[name]: str(value) for name, value in told.items() if name in names}
    if "policy" in told:
        values["policy"] = SourcePolicy(str(told["policy"]))
    if "every" in told:
        values["every_min"] = _minutes(str(told["every"]))
    if "service_body" in told:
        values["service_body_id"] = _body(session, str(told["service_body"]))
    rules = told.get("rules")
    if isinstance(rules, tuple) and rules:
        values["field_rules"] = {**draft.field_rules, **dict(map(_rule, rules))}
    return SourceDraft(**values)


def _minutes(text: str) -> int:
    if text == "never":
        return 0
    told = _EVERY.fullmatch(text.casefold())
    if told is None:
        raise BadInputError("every", "Say how often as 30m, 6h or 1d, or never.")
    return int(told[1]) * MINUTES[told[2]]


def _rule(text: str) -> tuple[str, str]:
    name, mark, rule = text.partition("=")
    if not mark:
        raise BadInputError("rule", f"Give a rule as FIELD=RULE, where RULE is {', '.join(FieldRule)}.")
    return name.strip(), rule.strip()


def _body(session: Session, slug: str) -> int | None:
    if not slug:
        return None
    found = session.execute(select(ServiceBody.id).where(ServiceBody.slug == slug)).scalar()
    if found is None:
        known = session.execute(select(ServiceBody.slug).order_by(ServiceBody.slug).limit(20)).scalars()
        raise NotFoundError(f"There is no service body {slug!r}. There are: {', '.join(known) or 'none yet'}.")
    return found


@sources.command("list")
@click.pass_context
def list_(context: click.Context, /) -> None:
    """List the sources, and how each is."""
    toolbox = ready(context)
    with toolbox.database.reading() as session:
        found = list_sources(session)
        removed = list_removed(session)
    if found:
        screen().print(sources_table(found))
    for each in removed:
        screen().print(f"{each.name}: removed, can be restored until {each.until:%Y-%m-%d}.", markup=False)
    if not found and not removed:
        error_screen().print("There is no source yet: finder sources add --help tells how to make one.")


@sources.command("show")
@click.argument("name")
@click.pass_context
def show(context: click.Context, /, *, name: str) -> None:
    """Show the source NAME and its latest refreshes."""
    toolbox = ready(context)
    with toolbox.database.reading() as session:
        row = source_named(session, name)
        screen().print(source_table(show_source(session, row.id)))
        runs = latest_runs(session, row.id, now=toolbox.clock(), limit=LATEST + 1)
    if runs:
        screen().print(runs_table(runs[:LATEST]))
    if len(runs) > LATEST:
        error_screen().print(f"Only the latest {LATEST} are shown: the page of the source has the older ones.")


@sources.command("remove")
@click.argument("name")
@click.option("--keep/--unpublish", default=None, help="Keep its listings as this directory's own, or take them down.")
@click.confirmation_option("--yes", prompt="Remove this source?")
@click.pass_context
def remove(context: click.Context, /, *, name: str, keep: bool | None) -> None:
    """Remove the source NAME. Say what becomes of its listings: --keep or --unpublish.

    For 30 days it can be restored, with the listings that go now. After that those that stay are this directory's own.
    """
    toolbox = ready(context)
    with toolbox.database.unit_of_work() as session:
        row = source_named(session, name)
        held = session.execute(
            select(Meeting.id).where(Meeting.source_id == row.id, Meeting.published).limit(1)
        ).first()
        if keep is None and held is not None:
            raise BadInputError("keep", "Say what becomes of its listings: --keep or --unpublish.")
        told = remove_source(session, row.id, keep=bool(keep), by=OPERATOR, reason="", now=toolbox.clock())
    gone = "" if keep else f" {counted(len(told.going), 'listing is', 'listings are')} unpublished."
    why = "" if keep else ", since another source lists the same"
    stay = counted(len(told.staying), "listing stays", "listings stay")
    kept = f" {stay}{why}." if keep or told.staying else ""
    back = f'For 30 days it can be restored: finder sources restore "{name}"'
    screen().print(f"{name} is removed.{gone}{kept} {back}", markup=False)


@sources.command("restore")
@click.argument("name")
@click.pass_context
def restore(context: click.Context, /, *, name: str) -> None:
    """Restore the source NAME that was removed, with the listings that left the finder with it."""
    toolbox = ready(context)
    with toolbox.database.unit_of_work() as session:
        number = removed_named(session, name).id
        done = restore_source(session, number, by=OPERATOR, reason="", now=toolbox.clock())
    back = counted(len(done.done), "listing is", "listings are")
    left = f" {counted(len(done.left), 'was', 'were')} touched since and left." if done.left else ""
    screen().print(f"{name} is back. {back} in the finder again.{left}", markup=False)


for command in (
    sources_runs.refresh,
    sources_runs.diff,
    sources_runs.apply_,
    sources_runs.set_aside_,
    sources_runs.rollback,
):
    sources.add_command(command)
