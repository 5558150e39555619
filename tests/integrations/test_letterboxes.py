"""With its key a trust takes what it is told and leaves what it tells; it reaches for everything else in vain."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import nats.errors
import pytest
from nats.aio.client import Client

from commonweal.domain import tenant
from commonweal.domain.message import Refused
from commonweal.runtime.installation import Installation
from tenants import nats_accounts
from tenants.nats_accounts import SYSTEM, push, trust_account
from tenants.streams import INTAKE, StreamRefused, has, out
from tests.integrations.telling import TODAY, TRUST, Telling, held, pull, run, telling
from tests.road import until

OTHER = "RNQ"
"""Another trust of the same ICS."""
PUBLISH: Final = (
    "sp.QZT.referral.3.ReferralReceived",
    f"out.{TRUST}.emergency_department",
    f"out.{OTHER}.emergency_department",
    f"in.{OTHER}.hl7v2",
    "in.hl7v2",
    "wake.QZT",
    "changed.QZT.caseload",
    "health.web",
    "$JS.API.INFO",
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.LIST",
    "$JS.API.STREAM.INFO.EVENTS",
    f"$JS.API.STREAM.INFO.OUT_{TRUST}",
    f"$JS.API.STREAM.MSG.GET.OUT_{TRUST}",
    f"$JS.API.DIRECT.GET.OUT_{TRUST}",
    "$JS.API.STREAM.MSG.GET.INTAKE",
    "$JS.API.STREAM.CREATE.MIRROR",
    f"$JS.API.STREAM.UPDATE.OUT_{TRUST}",
    f"$JS.API.STREAM.PURGE.OUT_{TRUST}",
    f"$JS.API.STREAM.DELETE.OUT_{TRUST}",
    f"$JS.API.CONSUMER.CREATE.OUT_{TRUST}",
    f"$JS.API.CONSUMER.CREATE.OUT_{TRUST}.mine",
    f"$JS.API.CONSUMER.CREATE.OUT_{TRUST}.{TRUST}",
    f"$JS.API.CONSUMER.DURABLE.CREATE.OUT_{TRUST}.mine",
    f"$JS.API.CONSUMER.INFO.OUT_{TRUST}.{TRUST}",
    f"$JS.API.CONSUMER.DELETE.OUT_{TRUST}.{TRUST}",
    f"$JS.API.CONSUMER.NAMES.OUT_{TRUST}",
    "$JS.API.CONSUMER.MSG.NEXT.INTAKE.intake",
    "$JS.API.CONSUMER.MSG.NEXT.EVENTS.hospital_discharge",
    f"$JS.API.CONSUMER.MSG.NEXT.OUT_{OTHER}.{OTHER}",
    "$JS.ACK.INTAKE.intake.1.1.1.1.0",
    f"$JS.ACK.OUT_{OTHER}.{OTHER}.1.1.1.1.0",
    "$SYS.REQ.CLAIMS.UPDATE",
    "_INBOX_teller.anyone.1",
)
SUBSCRIBE: Final = (
    ">",
    "sp.>",
    "out.>",
    f"out.{TRUST}.>",
    "in.>",
    f"in.{TRUST}.>",
    "wake.>",
    "changed.>",
    "$JS.>",
    "$SYS.>",
    "_INBOX.>",
    "_INBOX_teller.>",
    "_INBOX_intake.>",
    "_INBOX_onboard.>",
)


async def two_trusts(one: Telling) -> None:
    """Both take what they are told from streams of their own; one message lies in each."""
    trusts = tuple(tenant.Trust(ods=code, name="A hospital", told_by=tenant.STREAM) for code in (TRUST, OTHER))
    code = one.road.code
    await one.command(code, tenant.ConfigureTenant(ods=code, name="An ICS", gss="E54000059", trusts=trusts, on=TODAY))
    await one.post_office.open(one.road.tenant)
    for trust in (TRUST, OTHER):
        teller = await one.road.user("teller", trust_account(code, trust))
        await teller.jetstream().publish(f"out.{trust}.emergency_department", f"for {trust} of {code}".encode())


async def streams(one: Telling) -> dict[str, Any]:
    """How many messages lie where, and under which subjects."""
    found = {}
    for account, names in (
        (None, ["EVENTS"]),
        *((trust_account(one.road.code, t), [f"OUT_{t}", "INTAKE"]) for t in (TRUST, OTHER)),
    ):
        user = await one.road.user("onboard", account)
        for name in names:
            answer = await user.request(f"$JS.API.STREAM.INFO.{name}", b'{"subjects_filter":">"}', timeout=5)
            state = json.loads(answer.data)["state"]
            found[f"{account or ''} {name}"] = state.get("subjects", {})
    return found


async def user(one: Telling, said: list[str], key: str | None = None) -> Client:
    async def note(error: Exception) -> None:
        said.append(str(error).lower())

    return await held(one.road.url, key or await one.key(), error_cb=note, allow_reconnect=False)


def refused(said: list[str], what: str, subject: str) -> Callable[[], bool]:
    return lambda: any(f'permissions violation for {what} to "{subject}"'.lower() in each for each in said)


def test_a_trust_takes_what_it_is_told_and_leaves_what_it_tells(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await two_trusts(one)
        said: list[str] = []
        trust = await user(one, said)
        assert [message.data for message in await pull(trust)] == [b"for RNS of QZT"]
        left = await trust.jetstream().publish(f"in.{TRUST}.x", b"something")
        assert left.stream == "INTAKE"
        assert said == []
        await trust.close()

    run(servers, test)


def test_a_trust_does_nothing_else(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await two_trusts(one)
        before = await streams(one)
        said: list[str] = []
        trust = await user(one, said)
        for subject in PUBLISH:
            await trust.publish(subject, b"{}")
        heard = [await trust.subscribe(subject) for subject in SUBSCRIBE]
        await trust.flush()
        for subject in PUBLISH:
            await until(refused(said, "publish", subject), 20)
        for subject in SUBSCRIBE:
            await until(refused(said, "subscription", subject), 20)
        teller = await one.road.user("teller", trust_account("QZT", TRUST))
        await teller.jetstream().publish(f"out.{TRUST}.again", b"{}")
        assert all(each.pending_msgs == 0 for each in heard)
        after = await streams(one)
        assert after.pop(f"QZT/{TRUST} OUT_{TRUST}") == {
            f"out.{TRUST}.emergency_department": 1,
            f"out.{TRUST}.again": 1,
        }
        before.pop(f"QZT/{TRUST} OUT_{TRUST}")
        assert after == before
        await trust.close()

    run(servers, test)


def test_an_answer_sent_elsewhere_reaches_no_stream_but_the_trusts_own(servers: Installation) -> None:
    """The server sends what is asked for to any subject it is told to, whether or not the asker may publish there."""

    async def test(one: Telling) -> None:
        await two_trusts(one)
        before = await streams(one)
        trust = await user(one, [])
        elsewhere = ("sp.QZT.referral.1.Forged", f"in.{OTHER}.hl7v2", f"out.{OTHER}.emergency_department", "wake.QZT")
        ask = f"$JS.API.CONSUMER.MSG.NEXT.OUT_{TRUST}.{TRUST}"
        for reply in elsewhere:
            await trust.publish(ask, b'{"batch":1,"no_wait":true}', reply=reply)
            await trust.publish(ask, b"{no json", reply=reply)
            await trust.publish(f"in.{TRUST}.x", b"something", reply=reply)
        await trust.flush()
        await asyncio.sleep(0.3)
        after = await streams(one)
        own = f"QZT/{TRUST} INTAKE"
        assert after.pop(own) == {f"in.{TRUST}.x": len(elsewhere)}
        before.pop(own)
        assert after == before
        await trust.close()

    run(servers, test)


def test_a_key_opens_the_letterbox_of_one_trust_in_one_ics(servers: Installation) -> None:
    async def inside() -> None:
        async with telling(servers, "QZT", "QZU") as (one, other):
            await two_trusts(one)
            await two_trusts(other)
            trust = await held(one.road.url, await one.key())
            assert [message.data for message in await pull(trust)] == [b"for RNS of QZT"]
            theirs = await held(other.road.url, await other.key())
            assert [message.data for message in await pull(theirs)] == [b"for RNS of QZU"]
            for client in (trust, theirs):
                await client.close()

    asyncio.run(inside())


async def not_let_in(one: Telling, key: str) -> None:
    said: list[str] = []
    with pytest.raises(nats.errors.Error):
        await user(one, said, key)
    assert any("authorization" in each or "expired" in each for each in said), said


def test_credentials_end_on_their_day_and_who_is_connected_is_put_out(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await two_trusts(one)
        key = await one.key(timedelta(seconds=8))
        trust = await user(one, [], key)
        assert len(await pull(trust)) == 1
        await until(lambda: trust.is_closed, 20)
        await asyncio.sleep(1.1)  # credentials carry whole seconds
        await not_let_in(one, key)

    run(servers, test)


def test_revoked_credentials_are_void_at_once_and_stay_so_when_the_server_is_told_anew(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await two_trusts(one)
        keys = [await one.key() for _ in range(2)]
        trusts = [await user(one, [], key) for key in keys]
        assert await one.post_office.revoke(one.road.tenant, TRUST) == 2
        await until(lambda: all(trust.is_closed for trust in trusts), 10)
        assert await one.post_office.revoke(one.road.tenant, TRUST) == 0
        await one.post_office.open(one.road.tenant)
        for key in keys:
            await not_let_in(one, key)
        new = await user(one, [])
        assert len(await pull(new)) == 1
        await new.close()

    run(servers, test)


def test_a_trust_that_is_told_another_way_loses_its_key(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await two_trusts(one)
        key = await one.key()
        trust = await user(one, [], key)
        await one.configure(one.hospital.endpoint)
        await one.post_office.open(one.road.tenant)
        await until(lambda: trust.is_closed, 10)
        await not_let_in(one, key)
        with pytest.raises(Refused, match="no stream of its own"):
            await one.key()

    run(servers, test)


def test_a_server_has_room_for_the_letterboxes_of_many_trusts(servers: Installation) -> None:
    """Of what is said of an account it would set aside all, and say no more than that nobody answers where there is too little."""

    async def test(one: Telling) -> None:
        accounts = one.road.accounts
        system = await one.road.user("claims", SYSTEM)
        for number in range(100):
            account = trust_account("QZT", f"R{number:02d}")
            await push(system, accounts.account_claims(account))
            assert not await has(await one.road.user("onboard", account), "INTAKE")

    run(servers, test)


def test_a_letterbox_on_a_server_with_no_room_for_its_account_is_refused_in_a_sentence(
    servers: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(one: Telling) -> None:
        monkeypatch.setattr(nats_accounts, "_TRUST_LIMITS", {**nats_accounts._TRUST_LIMITS, "disk_storage": 1 << 60})
        with pytest.raises(StreamRefused, match=r"answers no STREAM\.INFO\.OUT_RNS: JetStream is off for this account"):
            await two_trusts(one)

    run(servers, test)


@pytest.mark.parametrize("what", [out(TRUST), INTAKE])
def test_neither_stream_of_a_letterbox_grows_without_end(servers: Installation, what: str) -> None:
    async def test(one: Telling) -> None:
        await two_trusts(one)
        onboard = await one.road.user("onboard", trust_account("QZT", TRUST))
        config = json.loads((await onboard.request(f"$JS.API.STREAM.INFO.{what}", b"", timeout=5)).data)["config"]
        assert 0 < config["max_bytes"] <= 256 << 20
        assert config["discard"] == "new"

    run(servers, test)


@pytest.mark.parametrize("signer", [("QZT", "integration"), ("QZT/RNQ", "trust"), ("QZT/RNS", "teller")])
def test_a_key_signed_by_another_lets_nobody_in(servers: Installation, signer: tuple[str, str]) -> None:
    async def test(one: Telling) -> None:
        await two_trusts(one)
        accounts = one.road.accounts
        public, seed = nats_accounts.new_user()
        everything = {"allow": [">"]} if signer[1] == "teller" else {}
        claims = {
            "type": "user",
            "issuer_account": accounts.account_id(trust_account("QZT", TRUST)),
            "pub": everything,
            "sub": everything,
        }
        token = nats_accounts._signed(accounts._signing(*signer), public, TRUST, claims)
        await not_let_in(one, nats_accounts.creds(token, seed))

    run(servers, test)


def test_each_has_a_key_of_its_own_that_nobody_can_make_again(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await two_trusts(one)
        keys = {await one.key() for _ in range(3)}
        assert len({key.split("SEED-----")[1] for key in keys}) == 3
        state: tenant.State = (await one.streams.committed("tenant", "QZT")).state
        assert len(state.credentials) == 3
        assert all(key not in str(state) and key.split()[-5] not in str(state) for key in keys)

    run(servers, test)
