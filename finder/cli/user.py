"""Commands about the people who moderate: invite, list, recover, deactivate."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.accounts import users
from finder.accounts.letters import Sender
from finder.accounts.people import Person, list_people
from finder.cli.readiness import ready
from finder.cli.screen import error_screen, screen
from finder.cli.toolbox import Toolbox
from finder.domain.errors import NotFoundError
from finder.domain.roles import WORDS, Role
from finder.review import people as entrusting
from finder.store.people import ServiceBody


@click.group()
def user() -> None:
    """Look after the people who moderate.

    The first administrator is made by `finder user invite robin@example.org --administrator`. That prints a link,
    which is mailed as well: open it in a browser and choose a password. Everybody else is invited on the site,
    under "Your account".
    """


@user.command()
@click.argument("email")
@click.option("--administrator", is_flag=True, help="They look after the whole site.")
@click.option("--body-administrator", metavar="BODY", help="They moderate this service body and may invite others.")
@click.option("--moderator", metavar="BODY", help="They moderate this service body and all below it.")
@click.option("--reader", metavar="BODY", help="They answer a help line and see contacts of this service body.")
@click.option("--name", default="", help="What they are called; a first name is enough.")
@click.pass_context
def invite(context: click.Context, /, *, email: str, name: str, **roles: bool | str | None) -> None:
    """Invite somebody by mail, and print the link as well.

    Say what they may do with one of the options. BODY is the short name of a service body, as in its address.
    Whoever has an account already is only given the role.
    """
    role, body = _wanted(roles)
    toolbox = ready(context)
    with toolbox.database.unit_of_work() as session:
        body_id = _body(session, body) if body else None
        invited = entrusting.invite(
            session,
            email=email,
            name=name,
            role=role,
            body_id=body_id,
            by=None,
            sender=_sender(toolbox),
            now=toolbox.clock(),
        )
    if invited.link:
        error_screen().print("Give them this link. It works once, for 7 days:", markup=False)
        click.echo(invited.link)
    else:
        error_screen().print("They have an account already and were given the role.", markup=False)


def _wanted(roles: dict[str, bool | str | None]) -> tuple[Role, str]:
    """The one role that was asked for, and the short name of its service body."""
    chosen = [(Role(name), body) for name, body in roles.items() if body]
    if len(chosen) != 1:
        raise click.UsageError("Say what they may do: --administrator, or one of the others with a service body.")
    role, body = chosen[0]
    return role, body if isinstance(body, str) else ""


def _body(session: Session, slug: str) -> int:
    found = session.execute(select(ServiceBody.id).where(ServiceBody.slug == slug)).scalar_one_or_none()
    if found is None:
        known = session.execute(select(ServiceBody.slug).order_by(ServiceBody.slug).limit(20)).scalars()
        names = ", ".join(known) or "none yet"
        raise NotFoundError(f"There is no service body {slug!r}. There are: {names}.")
    return found


@user.command("list")
@click.pass_context
def list_(context: click.Context) -> None:
    """Show everybody with an account: what they may do, and whether they have a second factor."""
    toolbox = ready(context)
    with toolbox.database.reading() as session:
        people = list_people(session, None)
    for person in people:
        screen().print(f"{person.email}  {person.name}".rstrip(), markup=False)
        for held in person.held:
            screen().print(
                f"  {WORDS[held.role]} of {held.body}" if held.body else f"  {WORDS[held.role]}", markup=False
            )
        screen().print(f"  ({_state(person)})", markup=False)


def _state(person: Person) -> str:
    if not person.active:
        return "closed"
    if person.invited:
        return "invited, not accepted yet"
    return "second factor set up" if person.second_factor else "no second factor yet"


@user.command()
@click.argument("email")
@click.pass_context
def deactivate(context: click.Context, *, email: str) -> None:
    """Close an account: its sessions end at once, and its roles are taken back.

    To open it again, invite them again.
    """
    toolbox = ready(context)
    with toolbox.database.unit_of_work() as session:
        number = users.find_by_email(session, email).id
        entrusting.deactivate(session, number, by=None, reason="", now=toolbox.clock())
    error_screen().print("The account is closed.", style="green")


@user.command()
@click.argument("email")
@click.pass_context
def recover(context: click.Context, *, email: str) -> None:
    """Let somebody begin anew who has lost their phone and their recovery codes.

    Make sure that it is them. Password and second factors are taken off, every session ends, and a link is printed
    to choose a new password with. Their roles stay.
    """
    toolbox = ready(context)
    with toolbox.database.unit_of_work() as session:
        link = users.recover(session, email, sender=_sender(toolbox), now=toolbox.clock())
    error_screen().print("Give them this link, and nobody else. It works once, for 7 days:", markup=False)
    click.echo(link)


def _sender(toolbox: Toolbox) -> Sender:
    return Sender(toolbox.settings.site_name, toolbox.settings.public_url)
