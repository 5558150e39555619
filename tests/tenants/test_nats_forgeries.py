"""With every key but the right one somebody knocks at the message server; nobody is let in, and each knock is counted."""

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import nats.errors
import nkeys
import pytest
from nats.aio.client import Client

from commonweal.runtime import nats_refusals
from commonweal.runtime.installation import Installation
from tenants import nats_accounts
from tenants.nats_accounts import PLATFORM, SYSTEM, TENANT_ROLES, Accounts, push
from tests.tenants.counted import refusals
from tests.tenants.test_nats_attacks import OURS, THEIRS, Two, run

Forged = tuple[str | None, nkeys.KeyPair | None]
"""A token, and the key that signs what the server asks; None: left out."""
SECONDS: Final = 5.0


@asynccontextmanager
async def counted(servers: Installation, kind: str, times: int) -> AsyncIterator[None]:
    """The block is counted as so many refusals of this kind by whoever listens to the server, and of no other."""
    counting = asyncio.create_task(nats_refusals.count(servers))
    await asyncio.sleep(0.5)  # it has begun to listen
    before = refusals()
    try:
        yield
        async with asyncio.timeout(SECONDS):
            while refusals().get(kind, 0) < before.get(kind, 0) + times:  # noqa: ASYNC110 – the server tells when it likes
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        gained = {each: number - before.get(each, 0) for each, number in refusals().items()}
        assert {each: number for each, number in gained.items() if number} == {kind: times}
    finally:
        counting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await counting


def claims(accounts: Accounts, account: str = THEIRS, **more: Any) -> dict[str, Any]:
    return {"type": "user", "issuer_account": accounts.account_id(account), "pub": {}, "sub": {}, **more}


def made(accounts: Accounts, signer: nkeys.KeyPair, content: dict[str, Any], until: int | None = None) -> Forged:
    user = accounts._user(THEIRS, "reader")
    return nats_accounts._signed(signer, public(user), "reader", content, until), user


def public(pair: nkeys.KeyPair) -> str:
    return str(pair.public_key.decode())


def edited(accounts: Accounts, head: dict[str, Any] | None = None, **changed: Any) -> Forged:
    """Their reader's token as it was signed, with another content; `head`: and another beginning, unsigned."""
    token, _ = accounts.credentials(THEIRS, "reader")
    first, body, signature = token.split(".")
    content = json.loads(base64.urlsafe_b64decode(body + "=="))
    content = {**content, "nats": {**content["nats"], **changed.pop("nats", {})}, **changed}
    if head is not None:
        first, signature = nats_accounts._part(head), ""
    return f"{first}.{nats_accounts._part(content)}.{signature}", accounts._user(THEIRS, "reader")


EVERYTHING: Final = {"allow": [">"]}
STRANGER: Final = Accounts(b"\0" * 32)
"""Another installation."""
FORGED: Final[dict[str, Callable[[Accounts], Forged]]] = {
    "nothing": lambda ours: (None, None),
    "a token without a key": lambda ours: (ours.credentials(THEIRS, "reader")[0], None),
    "a token with another role's key": lambda ours: (
        ours.credentials(THEIRS, "reader")[0],
        ours._user(THEIRS, "relay"),
    ),
    "a token with another ICS's key": lambda ours: (ours.credentials(THEIRS, "reader")[0], ours._user(OURS, "reader")),
    "an expired token": lambda ours: made(ours, ours._signing(THEIRS, "reader"), claims(ours), int(time.time()) - 1),
    "a token of another installation": lambda ours: (
        STRANGER.credentials(THEIRS, "reader")[0],
        STRANGER._user(THEIRS, "reader"),
    ),
    "signed by another installation": lambda ours: made(ours, STRANGER._signing(THEIRS, "reader"), claims(ours)),
    "signed by our ICS's key": lambda ours: made(ours, ours._signing(OURS, "reader"), claims(ours)),
    "signed by the platform's key": lambda ours: made(ours, ours._signing(PLATFORM, "process"), claims(ours)),
    "signed by the system's key": lambda ours: made(ours, ours._signing(SYSTEM, "claims"), claims(ours)),
    "signed by our own account": lambda ours: made(
        ours, ours._key(f"account/{OURS}", nkeys.PREFIX_BYTE_ACCOUNT), claims(ours)
    ),
    "signed by the operator": lambda ours: made(ours, ours._operator_signing(), claims(ours)),
    "signed by the user": lambda ours: made(ours, ours._user(THEIRS, "reader"), claims(ours)),
    "rights of one's own": lambda ours: made(
        ours, ours._signing(THEIRS, "reader"), claims(ours, pub=EVERYTHING, sub=EVERYTHING)
    ),
    "good without a key": lambda ours: (
        made(ours, ours._signing(THEIRS, "reader"), claims(ours, bearer_token=True))[0],
        None,
    ),
    "rights written in after it was signed": lambda ours: edited(ours, nats={"pub": EVERYTHING, "sub": EVERYTHING}),
    "another user after it was signed": lambda ours: edited(ours, sub=public(ours._user(THEIRS, "relay"))),
    "another account after it was signed": lambda ours: edited(ours, nats={"issuer_account": ours.account_id(OURS)}),
    "another signer after it was signed": lambda ours: edited(ours, iss=public(ours._signing(THEIRS, "relay"))),
    "alg none": lambda ours: edited(ours, {"typ": "JWT", "alg": "none"}),
    "alg none, as the account itself": lambda ours: edited(
        ours, {"typ": "JWT", "alg": "none"}, iss=ours.account_id(THEIRS)
    ),
    "no signature": lambda ours: edited(ours, {"typ": "JWT", "alg": "ed25519-nkey"}),
    "another kind of signature": lambda ours: edited(ours, {"typ": "JWT", "alg": "HS256"}),
    "an account's claims": lambda ours: (ours.account_claims(THEIRS), ours._user(THEIRS, "reader")),
    "the operator's claims": lambda ours: (ours.operator_claims(), ours._user(THEIRS, "reader")),
    "garbage": lambda ours: ("a.b.c", ours._user(THEIRS, "reader")),
    "very much garbage": lambda ours: ("x" * 3_000, ours._user(THEIRS, "reader")),
}
"""What is wrong → what is shown."""


@pytest.mark.parametrize("wrong", FORGED)
def test_nobody_is_let_in_with(servers: Installation, wrong: str) -> None:
    async def test(two: Two) -> None:
        async with counted(servers, "credentials", 1):
            await knock(two, *FORGED[wrong](two.accounts))

    run(servers, test)


async def knock(two: Two, token: str | None, key: nkeys.KeyPair | None, /, **more: Any) -> None:
    """Once, with these; it must not open."""
    shown: dict[str, Any] = {}
    if token is not None:
        shown["user_jwt_cb"] = token.encode
        shown["signature_cb"] = lambda nonce: b"" if key is None else base64.b64encode(key.sign(nonce.encode()))
    client = Client()
    try:
        with pytest.raises(nats.errors.Error):
            await client.connect(
                two.servers.nats_url,
                allow_reconnect=False,
                max_reconnect_attempts=1,
                error_cb=two._note,
                **shown,
                **more,
            )
    finally:
        await client.close()


@pytest.mark.parametrize("more", [{"user": "reader", "password": "reader"}, {"token": "reader"}])
def test_nobody_is_let_in_with_a_word(servers: Installation, more: dict[str, str]) -> None:
    async def test(two: Two) -> None:
        async with counted(servers, "credentials", 1):
            await knock(two, None, None, **more)

    run(servers, test)


def test_a_revoked_role_is_cut_off_and_not_let_in_again(servers: Installation) -> None:
    async def test(two: Two) -> None:
        token, _ = two.accounts.credentials(OURS, "reader")
        reader, system = await two.user(OURS, "reader"), await two.user(SYSTEM, "claims")
        async with counted(servers, "credentials", 1):
            await push(system, two.accounts.account_claims(OURS, {"reader": int(time.time())}))
            async with asyncio.timeout(SECONDS):
                while not reader.is_closed:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        async with counted(servers, "credentials", 1):
            await knock(two, token, two.accounts._user(OURS, "reader"))
        theirs = await two.user(THEIRS, "reader")
        await theirs.flush()
        await push(system, two.accounts.account_claims(OURS))

    run(servers, test)


def test_what_expires_while_somebody_is_in_puts_them_out(servers: Installation) -> None:
    async def test(two: Two) -> None:
        key = two.accounts._user(OURS, "reader")
        token = two.accounts.issued(OURS, "reader", public(key), "reader", int(time.time()) + 2)
        client = Client()
        async with counted(servers, "credentials", 1):
            await client.connect(
                two.servers.nats_url,
                user_jwt_cb=token.encode,
                signature_cb=lambda nonce: base64.b64encode(key.sign(nonce.encode())),
                allow_reconnect=False,
                error_cb=two._note,
            )
            async with asyncio.timeout(SECONDS):
                while not client.is_closed:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)

    run(servers, test)


def _account(ours: Accounts, signer: nkeys.KeyPair) -> str:
    return nats_accounts._signed(signer, ours.account_id(THEIRS), THEIRS, _with_us(ours))


def _with_us(ours: Accounts) -> dict[str, Any]:
    content = json.loads(base64.urlsafe_b64decode(ours.account_claims(THEIRS).split(".")[1] + "=="))["nats"]
    all_rights = {"subs": -1, "data": -1, "payload": -1}
    key = {"kind": "user_scope", "key": public(ours._signing(OURS, "reader")), "role": "us", "template": all_rights}
    exports = [{"name": "all", "subject": "sp.>", "type": "stream"}]
    return {**content, "signing_keys": [*content["signing_keys"], key], "exports": exports}


def _opened(ours: Accounts) -> str:
    head, body, signature = ours.account_claims(THEIRS).split(".")
    content = json.loads(base64.urlsafe_b64decode(body + "=="))
    return f"{head}.{nats_accounts._part({**content, 'nats': _with_us(ours)})}.{signature}"


CLAIMS: Final[dict[str, Callable[[Accounts], str]]] = {
    "by another operator": lambda ours: _account(ours, STRANGER._operator_signing()),
    "by the account itself": lambda ours: _account(ours, ours._key(f"account/{THEIRS}", nkeys.PREFIX_BYTE_ACCOUNT)),
    "by a role of ours": lambda ours: _account(ours, ours._signing(OURS, "onboard")),
    "edited after they were signed": _opened,
}
"""Who signed their account's claims, with our key let in and everything exported."""


def test_what_is_refused_is_refused_for_its_forgery(servers: Installation) -> None:
    """The same knock with the right key opens; and so does ours with claims that the operator did sign."""

    async def test(two: Two) -> None:
        ours = two.accounts
        with pytest.raises(pytest.fail.Exception):
            await knock(two, *made(ours, ours._signing(THEIRS, "reader"), claims(ours)))
        system = await two.user(SYSTEM, "claims")
        await push(system, _account(ours, ours._operator_signing()))
        with pytest.raises(pytest.fail.Exception):
            await knock(two, *made(ours, ours._signing(OURS, "reader"), claims(ours)))
        await push(system, ours.account_claims(THEIRS))
        await knock(two, *made(ours, ours._signing(OURS, "reader"), claims(ours)))

    run(servers, test)


@pytest.mark.parametrize("wrong", CLAIMS)
def test_an_accounts_claims_are_not_believed_when_signed(servers: Installation, wrong: str) -> None:
    """Even pushed by whoever may push: the server looks at the signature."""

    async def test(two: Two) -> None:
        system = await two.user(SYSTEM, "claims")
        with contextlib.suppress(nats_accounts.ClaimsNotAccepted):
            await push(system, CLAIMS[wrong](two.accounts))
        async with counted(servers, "credentials", 1):
            await knock(two, *made(two.accounts, two.accounts._signing(OURS, "reader"), claims(two.accounts)))
        await (await two.user(THEIRS, "reader")).flush()

    run(servers, test)


@pytest.mark.parametrize("role", TENANT_ROLES)
def test_no_role_of_an_ics_pushes_claims(servers: Installation, role: str) -> None:
    async def test(two: Two) -> None:
        user = await two.user(OURS, role)
        asked = ["$SYS.REQ.CLAIMS.UPDATE", f"$SYS.REQ.ACCOUNT.{two.accounts.account_id(THEIRS)}.CLAIMS.UPDATE"]
        async with counted(servers, "permission", len(asked)):
            for subject in asked:
                await user.publish(subject, _account(two.accounts, two.accounts._operator_signing()).encode())
            await user.flush()
            await two.all_refused("publish", asked)
        await knock(two, *made(two.accounts, two.accounts._signing(OURS, "reader"), claims(two.accounts)))

    run(servers, test)


def test_each_reach_for_what_is_not_ones_own_is_counted(servers: Installation) -> None:
    async def test(two: Two) -> None:
        said = [f"sp.{THEIRS}.referral.1.Forged", "$JS.API.STREAM.PURGE.EVENTS", "$JS.API.STREAM.UPDATE.EVENTS"]
        heard = [f"sp.{THEIRS}.>", "_INBOX.>", "_INBOX_reader.>", "$SYS.>", ">"]
        relay = await two.user(OURS, "relay")
        async with counted(servers, "permission", len(said) + len(heard)):
            for subject in said:
                await relay.publish(subject, b"{}")
            for subject in heard:
                await relay.subscribe(subject)
            await relay.flush()
            await two.all_refused("publish", said)
            await two.all_refused("subscription", heard)

    run(servers, test)
