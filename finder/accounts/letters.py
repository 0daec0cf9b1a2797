"""What is mailed about accounts: plain text, subjects without private words."""

from dataclasses import dataclass

from finder.accounts.links import LIFETIMES, Purpose

Letter = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sender:
    """The site that writes: its name, and where people reach it (no slash at the end)."""

    name: str
    url: str

    def link(self, purpose: Purpose, secret: str) -> str:
        """Where a secret link leads."""
        page = {Purpose.INVITE: "invitation", Purpose.RESET: "reset"}[purpose]
        return f"{self.url}/account/{page}/{secret}"


def invitation(sender: Sender, *, link: str, role: str) -> Letter:
    """Subject and text of an invitation; *role* in words."""
    return f"Your invitation to {sender.name}", (
        f"Hello,\n\nyou are invited to help with {sender.name}, as {role}.\n\n"
        f"Open this link to choose a password:\n\n{link}\n\n"
        f"It works once, for {LIFETIMES[Purpose.INVITE].days} days. If you did not expect this, do nothing: "
        "without the link nothing happens.\n"
    )


def granted(sender: Sender, *, role: str) -> Letter:
    """Subject and text to somebody with an account who was given another role."""
    return f"Your account at {sender.name}", (
        f"Hello,\n\nyou were given another role at {sender.name}: {role}.\n\n"
        f"You find it after you sign in: {sender.url}/account\n"
    )


def reset(sender: Sender, *, link: str) -> Letter:
    """Subject and text with a link to choose a new password."""
    hours = int(LIFETIMES[Purpose.RESET].total_seconds()) // 3600
    return f"A new password for {sender.name}", (
        f"Hello,\n\nsomebody, probably you, asked for a new password at {sender.name}.\n\n"
        f"Open this link to choose one:\n\n{link}\n\n"
        f"It works once, for {hours} hours. If it was not you, do nothing: your password stays as it is.\n"
    )


def new_network(sender: Sender, *, browser: str) -> Letter:
    """Subject and text after a sign-in from a network not seen before."""
    return f"A sign-in to {sender.name}", (
        f"Hello,\n\nsomebody signed in to your account at {sender.name} from a network that you have not used "
        f"before, with {browser}.\n\nWas it you? Then there is nothing to do.\n\n"
        f"If it was not, choose a new password at once: {sender.url}/account/reset\n"
        "That ends every running session of your account.\n"
    )


def changed(sender: Sender, *, what: str) -> Letter:
    """Subject and text after something that guards an account was changed; *what* is a sentence."""
    return f"A change to your account at {sender.name}", (
        f"Hello,\n\n{what}\n\nWas it you? Then there is nothing to do.\n\n"
        f"If it was not, choose a new password at once: {sender.url}/account/reset\n"
        "Then tell an administrator of the site.\n"
    )
