"""Signing in and out, the second step, and showing again that it is you: what the account pages do.

Every way takes a turn first (`finder.accounts.attempts`), so that guessing is slow whoever guesses from wherever, and
asks the same of the machine whether there is such an account or not.
"""

import base64
import datetime as dt
import secrets

from flask import request, session
from flask_security.utils import hash_password, verify_password
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from finder.accounts import attempts, letters, sessions
from finder.accounts.attempts import Bucket
from finder.accounts.digests import keyed, network_of
from finder.accounts.events import Event, note
from finder.accounts.letters import Letter, Sender
from finder.accounts.sessions import Device
from finder.domain.errors import BadInputError
from finder.mail import outbox
from finder.store.accounts import User
from finder.web import identity, passkeys
from finder.web.browsers import browser_of
from finder.web.identity import SECRET, Present
from finder.web.parts import parts
from finder.web.security import CODE_WINDOW_S, Account, account, credentials, security

CODE_LENGTH = 6
HOUR = dt.timedelta(hours=1)


def sender() -> Sender:
    """Who writes the mails about accounts."""
    settings = parts().settings
    return Sender(settings.site_name, settings.public_url)


def digest(*words: str) -> str:
    """A keyed digest of *words*."""
    return keyed(parts().settings.secret_key, *words)


def network() -> str:
    """The network this request comes from, as far as the operator's proxies are believed."""
    return network_of(request.remote_addr or "")


def network_today(now: dt.datetime) -> str:
    """The network as security events keep it: under a key that changes every day."""
    return digest("network", now.date().isoformat(), network())


def take_turn(*buckets: Bucket) -> list[int]:
    """Count a try; raises WaitError when there were too many."""
    held = parts()
    with held.database.unit_of_work() as register:
        return attempts.take_turn(register, buckets, now=held.clock())


def network_bucket(what: str) -> Bucket:
    """Tries at *what* from the network of this request."""
    return Bucket(f"{what}:network:{digest('attempts', network())}")


def second_step_bucket(user_id: int) -> Bucket:
    """Tries at the second step of one account."""
    return Bucket(f"second-step:account:{user_id}")


def give_back(register: Session, turns: list[int]) -> None:
    """Forget tries that were no failures."""
    attempts.give_back(register, turns)


def by_password(address: str, password: str) -> bool:
    """Sign in whoever has that mail address (as `one_address` gives it) and password; False when nobody does."""
    held = parts()
    now = held.clock()
    turns = take_turn(Bucket(f"sign-in:account:{digest('account', address)}"), network_bucket("sign-in"))
    with held.database.reading() as register:
        found = register.execute(select(User).where(User.email == address, User.active)).scalar_one_or_none()
        user_id, kept = (found.id, found.password) if found else (None, None)
    right = verify_password(normal(password), kept or _decoy()) and kept is not None
    with credentials() as register:
        if not right or user_id is None:
            note(register, Event.SIGN_IN_FAILED, user_id=user_id, now=now, network=network_today(now))
            return False
        give_back(register, turns)
        user = account(register, user_id)
        if security().pwd_context.needs_update(user.password):
            user.password = hashed(password)  # the parameters were raised since
        begin(register, user, strong=False, now=now)
    return True


def normal(password: str) -> str:
    """A password in the form in which it is compared."""
    return security().password_util.normalize(password)


def hashed(password: str) -> str:
    """What is kept of a password."""
    return hash_password(normal(password))


def _decoy() -> str:
    """What is compared with when there is no password: a hash of nothing that costs as much."""
    salt, digest = (base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m=19456,t=2,p=1${salt}${digest}"


def begin(register: Session, user: User, *, strong: bool, now: dt.datetime) -> None:
    """Begin a session of *user* for this browser, whose session before it ends; tell them of a network that is new."""
    where = digest("known network", str(user.id), network())
    device = Device(network=where, browser=browser_of(request.headers.get("User-Agent", "")))
    if sessions.is_new_network(register, user.id, where, now=now):
        mail(register, user, letters.new_network(sender(), browser=device.browser), now=now)
    old = session.get(SECRET)
    if isinstance(old, str) and (running := sessions.find(register, old, now=now)):
        sessions.end(register, running[0].id, running[0].user_id)
    note(register, Event.SIGNED_IN, user_id=user.id, now=now, network=network_today(now))
    _hold(sessions.start(register, user.id, device, strong=strong, now=now))


def _hold(secret: str) -> None:
    """Have this browser's cookie hold *secret* and nothing of before: another token for forms, too."""
    session.clear()
    session[SECRET] = secret
    identity.forget()


def mail(register: Session, user: User, letter: Letter, *, now: dt.datetime) -> None:
    """Put a letter to *user* into the outbox."""
    subject, body = letter
    outbox.put(register, to=user.email, subject=subject, body=body, now=now)


def sign_out() -> None:
    """End the session of this browser."""
    found, held = identity.present(), parts()
    if found is not None:
        with held.database.unit_of_work() as register:
            sessions.end(register, found.session_id, found.viewer.user_id)
            note(register, Event.SIGNED_OUT, user_id=found.viewer.user_id, now=held.clock())
    session.clear()
    identity.forget()


def by_code(found: Present, code: str) -> bool:
    """Pass the second step with a code of the authenticator, or a recovery code, which is used up; False if wrong."""
    now, user_id = parts().clock(), found.viewer.user_id
    turns = take_turn(second_step_bucket(user_id), network_bucket("second-step"))
    with credentials() as register:
        user = account(register, user_id)
        if not (_code_fits(user, code) or _recovery_code_fits(register, user, code, now=now)):
            note(register, Event.SECOND_STEP_FAILED, user_id=user_id, now=now, network=network_today(now))
            return False
        give_back(register, turns)
        passed(register, found, now=now)
    return True


def passed(register: Session, found: Present, *, now: dt.datetime) -> None:
    """Write down that the second step was passed: the session is strong, under another secret."""
    note(register, Event.SECOND_STEP_PASSED, user_id=found.viewer.user_id, now=now)
    _hold(sessions.renew(register, found.session_id, strong=True, now=now))


def renew(register: Session, found: Present, *, now: dt.datetime) -> None:
    """Go on with this session under another secret: they have just shown that it is them."""
    _hold(sessions.renew(register, found.session_id, strong=False, now=now))


def _code_fits(user: Account, code: str) -> bool:
    digits = "".join(code.split())
    if user.tf_totp_secret is None or len(digits) != CODE_LENGTH or not (digits.isascii() and digits.isdigit()):
        return False
    return security().totp_factory.verify_totp(digits, user.tf_totp_secret, user, window=CODE_WINDOW_S)


def _recovery_code_fits(register: Session, user: Account, code: str, *, now: dt.datetime) -> bool:
    letters_of_it = "".join(char for char in code.lower() if char.isalnum())
    written = "-".join(letters_of_it[start : start + 4] for start in range(0, len(letters_of_it), 4))
    util = security().mf_recovery_codes_util
    if not written or not util.check_recovery_code(user, written):
        return False
    util.delete_recovery_code(user, written)
    flag_modified(user, "mf_recovery_codes")  # it is changed in place
    left = len(user.mf_recovery_codes or ())
    note(register, Event.RECOVERY_CODE_USED, user_id=user.id, now=now)
    what = f"A recovery code of your account was used. {left} are left."
    mail(register, user, letters.changed(sender(), what=what), now=now)
    return True


def confirm(found: Present, password: str) -> bool:
    """Show again, by password, that it is them; False when it is wrong."""
    held, user_id = parts(), found.viewer.user_id
    address = found.viewer.email
    turns = take_turn(Bucket(f"sign-in:account:{digest('account', address)}"), network_bucket("sign-in"))
    with credentials() as register:
        now = held.clock()
        user = account(register, user_id)
        if not verify_password(normal(password), user.password or _decoy()):
            note(register, Event.SIGN_IN_FAILED, user_id=user_id, now=now, network=network_today(now))
            return False
        give_back(register, turns)
        renew(register, found, now=now)
    return True


def by_passkey(credential: str) -> None:
    """Sign in whoever unlocked a passkey: both factors at once. Raises BadInputError when it does not hold."""
    now = parts().clock()
    turns = take_turn(network_bucket("sign-in"))
    with credentials() as register:
        found, _ = passkeys.verified(credential, of=None, now=now)
        user = account(register, found.user_id)
        if not user.active:
            raise BadInputError("passkey", passkeys.REFUSED)
        give_back(register, turns)
        begin(register, user, strong=True, now=now)


def again_by_passkey(found: Present, credential: str) -> None:
    """Pass the second step, or show again that it is them, with a passkey. Raises BadInputError."""
    now, user_id = parts().clock(), found.viewer.user_id
    turns = take_turn(second_step_bucket(user_id), network_bucket("second-step"))
    with credentials() as register:
        passkeys.verified(credential, of=user_id, now=now)
        give_back(register, turns)
        passed(register, found, now=now)
