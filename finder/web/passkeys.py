"""Passkeys (WebAuthn): the questions a browser is asked, and whether its answers hold.

A challenge lies in the session cookie from the page that asks until the first answer. A passkey that had its owner
unlock it (by finger, face or PIN) stands for both factors.
"""

import datetime as dt
from collections.abc import Sequence
from urllib.parse import urlsplit

import webauthn
from flask import request, session
from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from finder.domain.errors import BadInputError
from finder.domain.text import clean
from finder.store.accounts import Passkey
from finder.web.cross_site import origins
from finder.web.parts import parts
from finder.web.security import Account, AccountPasskey, datastore

CHALLENGE = "challenge"
MAX_NAME = 64
MAX_PASSKEYS = 20
REFUSED = "That passkey did not work here. Try again, or use another way."


def asked_to_sign_in(allowed: Sequence[bytes] = ()) -> str:
    """The question for a passkey, as JSON for the page: for one of *allowed*, or for whichever there is."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        allow_credentials=[PublicKeyCredentialDescriptor(id=number) for number in allowed],
        user_verification=UserVerificationRequirement.PREFERRED if allowed else UserVerificationRequirement.REQUIRED,
    )
    session[CHALLENGE] = bytes_to_base64url(options.challenge)
    return webauthn.options_to_json(options)


def asked_to_register(user: Account) -> str:
    """The question for a new passkey of *user*, as JSON for the page."""
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=parts().settings.site_name,
        user_id=(user.fs_webauthn_user_handle or "").encode(),
        user_name=user.email,
        user_display_name=user.name or user.email,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=held.credential_id) for held in user.webauthn],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    session[CHALLENGE] = bytes_to_base64url(options.challenge)
    return webauthn.options_to_json(options)


def verified(credential: str, *, of: int | None, now: dt.datetime) -> tuple[AccountPasskey, bool]:
    """The passkey that answered, and whether its owner unlocked it. Call it within `credentials()`.

    With *of* it has to be that account's; without, it signs in on its own and has to be unlocked. Raises BadInputError.
    """
    try:
        answer = parse_authentication_credential_json(credential)
        found = datastore.find_webauthn(answer.raw_id)
        if not isinstance(found, AccountPasskey) or (of is not None and found.user_id != of):
            raise BadInputError("passkey", REFUSED)
        checked = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=_challenge(),
            expected_rp_id=_host(),
            expected_origin=origins(),
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=of is None,
        )
    except (WebAuthnException, ValueError) as error:
        raise BadInputError("passkey", REFUSED) from error
    found.sign_count, found.lastuse_datetime = checked.new_sign_count, now
    return found, checked.user_verified


def add(user: Account, credential: str, name: str, *, now: dt.datetime) -> None:
    """Add the passkey that answered to *user*. Call it within `credentials()`. Raises BadInputError."""
    try:
        checked = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=_challenge(),
            expected_rp_id=_host(),
            expected_origin=origins(),
        )
    except (WebAuthnException, ValueError) as error:
        raise BadInputError("passkey", REFUSED) from error
    if datastore.find_webauthn(checked.credential_id) or len(user.webauthn) >= MAX_PASSKEYS:
        raise BadInputError("passkey", "This passkey is known here already.")
    datastore.create_webauthn(
        user,
        credential_id=checked.credential_id,
        public_key=checked.credential_public_key,
        name=clean(name)[:MAX_NAME] or "Passkey",
        sign_count=checked.sign_count,
        usage="first",
        device_type=checked.credential_device_type.value,
        backup_state=checked.credential_backed_up,
        create_datetime=now,
    )


def numbers_of(register: Session, user_id: int) -> list[bytes]:
    """The credential numbers of an account's passkeys."""
    return list(register.execute(select(Passkey.credential_id).where(Passkey.user_id == user_id)).scalars())


def _challenge() -> bytes:
    """The challenge that was given out last, once."""
    return base64url_to_bytes(str(session.pop(CHALLENGE, "")))


def _host() -> str:
    return urlsplit(request.host_url).hostname or ""
