"""With every key an ICS has, one reaches for another ICS's messages, in vain; and with the platform's for anyone's."""

import asyncio
import base64
import json
import zlib
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import nats.errors
import nkeys
import pytest
from nats.aio.client import Client

from commonweal.runtime.installation import Installation
from tenants import nats_accounts, streams
from tenants.nats_accounts import PLATFORM, SYSTEM, TENANT_ROLES, Accounts, push

PATIENCE: Final = 20.0
"""Seconds for an answer that is sure to come."""

OURS, THEIRS = "QZN", "QZM"
CANARY: Final = b"Ptarmigan"
"""Is in every message of theirs."""
TOLD: Final = 3
"""Messages each has to begin with."""
PUBLISH: Final = (
    "sp.{theirs}.referral.3.ReferralReceived",
    "in.{theirs}.RP1",
    "wake.{theirs}",
    "wake.{ours}",
    "changed.{theirs}.caseload",
    "health.web",
    "$SYS.REQ.CLAIMS.UPDATE",
    "$SYS.REQ.CLAIMS.DELETE",
    "$SYS.REQ.SERVER.PING",
    "$SYS.REQ.ACCOUNT.{their_id}.JSZ",
    "$SYS.REQ.ACCOUNT.{their_id}.CONNZ",
    "$JS.{theirs}.API.STREAM.INFO.EVENTS",
    "$JS.API.STREAM.DELETE.EVENTS",
    "$JS.API.STREAM.PURGE.EVENTS",
    "$JS.API.STREAM.MSG.DELETE.EVENTS",
    "$JS.API.STREAM.SNAPSHOT.EVENTS",
    "$JS.API.STREAM.RESTORE.EVENTS",
    "$JS.API.ACCOUNT.PURGE.{their_id}",
    "_INBOX_relay.anyone.1",
)
"""Subjects no role of an ICS may publish to."""
SUBSCRIBE: Final = (
    "sp.{theirs}.>",
    "sp.{ours}.>",
    "sp.>",
    ">",
    "*.{theirs}.>",
    "wake.>",
    "changed.>",
    "health.>",
    "$SYS.>",
    "$SYS.ACCOUNT.{their_id}.>",
    "$JS.>",
    "$JS.EVENT.>",
    "_INBOX.>",
    "_R_.>",
)
"""Subjects no role of an ICS may hear."""


@dataclass
class Two:
    """Two ICSs on one server, and connections in any role; what the server refused them is in `refused`."""

    servers: Installation
    stack: AsyncExitStack
    refused: list[str] = field(default_factory=list)

    @property
    def accounts(self) -> Accounts:
        return self.servers.accounts

    async def user(self, account: str, role: str) -> Client:
        made = await self.accounts.connect(
            self.servers.nats_url, account, role, error_cb=self._note, allow_reconnect=False
        )
        self.stack.push_async_callback(made.close)
        return made

    async def _note(self, error: Exception) -> None:
        self.refused.append(str(error).lower())

    def named(self, subject: str) -> str:
        return subject.format(ours=OURS, theirs=THEIRS, their_id=self.accounts.account_id(THEIRS))

    async def all_refused(self, what: str, subjects: list[str]) -> None:
        """Wait until the server has refused each of these subjects by name."""
        wanted = {subject: f'permissions violation for {what} to "{subject}"'.lower() for subject in subjects}
        for _ in range(200):
            left = [subject for subject, words in wanted.items() if not any(words in each for each in self.refused)]
            if not left:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"not refused: {left}")

    async def theirs(self) -> dict[str, Any]:
        """How their stream is, as they see it."""
        found = await ask(await self.user(THEIRS, "reader"), "STREAM.INFO.EVENTS", {})
        return {"config": found["config"], "state": {k: v for k, v in found["state"].items() if k != "consumer_count"}}


async def ask(client: Client, question: str, body: dict[str, Any]) -> dict[str, Any]:
    """The JetStream API's answer, error or not."""
    answer = await client.request(f"$JS.API.{question}", json.dumps(body).encode(), timeout=PATIENCE)
    found: dict[str, Any] = json.loads(answer.data)
    return found


def run(servers: Installation, test: Callable[[Two], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with AsyncExitStack() as stack:
            two = Two(servers, stack)
            system = await two.user(SYSTEM, "claims")
            for ods, words in ((OURS, b"ours"), (THEIRS, CANARY)):
                await push(system, servers.accounts.account_claims(ods))
                if await streams.make_events(await two.user(ods, "onboard"), ods):
                    relay = (await two.user(ods, "relay")).jetstream()
                    for number in range(TOLD):
                        await relay.publish(f"sp.{ods}.referral.{number}.ReferralReceived", words)
            before = await two.theirs()
            await test(two)
            assert await two.theirs() == before, "their stream is not as it was"

    asyncio.run(inside())


@pytest.mark.parametrize("role", TENANT_ROLES)
def test_no_role_publishes_beyond_its_own_ics(servers: Installation, role: str) -> None:
    async def test(two: Two) -> None:
        user = await two.user(OURS, role)
        subjects = [two.named(subject) for subject in PUBLISH if not subject.startswith(f"_INBOX_{role}.")]
        for subject in subjects:
            await user.publish(subject, b"{}")
        await user.flush()
        await two.all_refused("publish", subjects)

    run(servers, test)


@pytest.mark.parametrize("role", TENANT_ROLES)
def test_no_role_hears_beyond_its_own_inbox(servers: Installation, role: str) -> None:
    async def test(two: Two) -> None:
        user = await two.user(OURS, role)
        others = [f"_INBOX_{other}.>" for other in TENANT_ROLES if other != role]
        subjects = [*map(two.named, SUBSCRIBE), *others]
        heard = [await user.subscribe(subject) for subject in subjects]
        await user.flush()
        await two.all_refused("subscription", subjects)
        relay = await two.user(OURS, "relay")
        await ask(relay, "STREAM.INFO.EVENTS", {})
        assert all(each.pending_msgs == 0 for each in heard)

    run(servers, test)


@pytest.mark.parametrize("role", ["integration", "reader", "onboard"])
def test_only_the_relay_writes_what_happened(servers: Installation, role: str) -> None:
    async def test(two: Two) -> None:
        user = await two.user(OURS, role)
        subject = f"sp.{OURS}.referral.3.ReferralAccepted"
        before = (await ask(await two.user(OURS, "reader"), "STREAM.INFO.EVENTS", {}))["state"]["last_seq"]
        await user.publish(subject, b"forged")
        await user.flush()
        await two.all_refused("publish", [subject])
        after = (await ask(await two.user(OURS, "reader"), "STREAM.INFO.EVENTS", {}))["state"]["last_seq"]
        assert after == before

    run(servers, test)


def test_the_same_names_mean_ones_own_stream(servers: Installation) -> None:
    """Every question that two ICSs ask in the same words is answered from the asker's own."""

    async def test(two: Two) -> None:
        for role in ("reader", "relay", "integration", "onboard"):
            told = await ask(await two.user(OURS, role), "STREAM.INFO.EVENTS", {})
            assert told["config"]["subjects"] == [f"sp.{OURS}.>"], role
        reader = await two.user(OURS, "reader")
        for question in ("STREAM.MSG.GET.EVENTS", "DIRECT.GET.EVENTS"):
            for sequence in range(1, TOLD + 1):
                answer = await reader.request(
                    f"$JS.API.{question}", json.dumps({"seq": sequence}).encode(), timeout=PATIENCE
                )
                assert CANARY not in answer.data
                assert THEIRS not in str(answer.headers) + answer.data.decode()
            their_last = {"last_by_subj": f"sp.{THEIRS}.referral.0.ReferralReceived"}
            answer = await reader.request(f"$JS.API.{question}", json.dumps(their_last).encode(), timeout=PATIENCE)
            assert "404" in str(answer.headers) + answer.data.decode()
        direct = f"$JS.API.DIRECT.GET.EVENTS.sp.{THEIRS}.referral.0.ReferralReceived"
        assert "404" in str((await reader.request(direct, b"", timeout=PATIENCE)).headers)
        onboard = await two.user(OURS, "onboard")
        listed = await ask(onboard, "STREAM.LIST", {})
        assert THEIRS not in json.dumps(listed)

    run(servers, test)


def test_a_consumer_finds_nothing_of_another_ics(servers: Installation) -> None:
    async def test(two: Two) -> None:
        integration = await two.user(OURS, "integration")
        for subject in (f"sp.{THEIRS}.>", "sp.>", ">"):
            name = f"theft{len(subject)}"
            wish = {
                "stream_name": "EVENTS",
                "config": {"name": name, "durable_name": name, "ack_policy": "none", "filter_subject": subject},
            }
            made = await ask(integration, f"CONSUMER.DURABLE.CREATE.EVENTS.{name}", wish)
            if "error" in made:
                continue
            pull = await integration.jetstream().pull_subscribe_bind(name, "EVENTS")
            for _ in range(TOLD):
                with suppress(TimeoutError):
                    for message in await pull.fetch(TOLD, timeout=0.2):
                        assert CANARY not in message.data
                        assert message.subject.startswith(f"sp.{OURS}.")

    run(servers, test)


@pytest.mark.parametrize("role", ["integration", "reader"])
def test_a_consumer_that_delivers_onward_writes_into_no_stream(servers: Installation, role: str) -> None:
    """The server itself publishes what a push consumer delivers, past the rights of whoever made it."""

    async def test(two: Two) -> None:
        user, relay = await two.user(OURS, role), await two.user(OURS, "relay")
        before = (await ask(relay, "STREAM.INFO.EVENTS", {}))["state"]["last_seq"]
        for subject in (f"sp.{OURS}.referral.1.Forged", f"sp.{THEIRS}.referral.1.Forged"):
            config = {"deliver_subject": subject, "ack_policy": "none", "name": "reader"}
            await ask(user, "CONSUMER.CREATE.EVENTS.reader", {"stream_name": "EVENTS", "config": config})
            await asyncio.sleep(0.1)
        assert (await ask(relay, "STREAM.INFO.EVENTS", {}))["state"]["last_seq"] == before

    run(servers, test)


def test_a_stream_made_for_anothers_subjects_stays_empty(servers: Installation) -> None:
    """Even whoever onboards an ICS makes streams of that ICS's own account alone."""

    async def test(two: Two) -> None:
        onboard = await two.user(OURS, "onboard")
        their_api = f"$JS.{THEIRS}.API"
        wishes: dict[str, dict[str, Any]] = {
            "THEFT": {"subjects": [f"sp.{THEIRS}.>"]},
            "WAKES": {"subjects": ["wake.>", "health.>", "changed.>"]},
            "MIRROR": {"mirror": {"name": "EVENTS", "external": {"api": their_api, "deliver": f"theft.{OURS}"}}},
            "SOURCE": {"sources": [{"name": "EVENTS", "filter_subject": f"sp.{THEIRS}.>"}]},
        }
        made = []
        for name, wish in wishes.items():
            config = {"name": name, "storage": "file", "num_replicas": 1, **wish}
            if "error" not in await ask(onboard, f"STREAM.CREATE.{name}", config):
                made.append(name)
        process = await two.user(PLATFORM, "process")
        await process.publish(f"wake.{THEIRS}", CANARY)
        await process.flush()
        await asyncio.sleep(0.3)
        for name in made:
            state = (await ask(onboard, f"STREAM.INFO.{name}", {}))["state"]
            assert state["messages"] == 0, name

    run(servers, test)


def test_what_one_ics_has_delivered_arrives_in_no_inbox_of_another(servers: Installation) -> None:
    """The server publishes what a consumer delivers past the rights of whoever made it, but never past their account."""

    async def test(two: Two) -> None:
        theirs, ours = await two.user(THEIRS, "reader"), await two.user(OURS, "reader")
        heard = await theirs.subscribe("_INBOX_reader.victim")
        await theirs.flush()
        config = {"deliver_subject": "_INBOX_reader.victim", "ack_policy": "none", "name": "reader"}
        await ask(ours, "CONSUMER.CREATE.EVENTS.reader", {"stream_name": "EVENTS", "config": config})
        await ours.publish("$JS.API.STREAM.INFO.EVENTS", b"", reply="_INBOX_reader.victim")
        await ours.flush()
        await asyncio.sleep(0.3)
        assert heard.pending_msgs == 0

    run(servers, test)


@pytest.mark.parametrize("role", ["reader", "relay", "integration", "onboard"])
def test_an_answer_asked_for_elsewhere_arrives_in_no_stream_of_another_ics(servers: Installation, role: str) -> None:
    async def test(two: Two) -> None:
        user = await two.user(OURS, role)
        for number in range(3):
            await user.publish("$JS.API.STREAM.INFO.EVENTS", b"", reply=f"sp.{THEIRS}.referral.{number}.Forged")
        await user.flush()
        await asyncio.sleep(0.2)

    run(servers, test)


@pytest.mark.parametrize(
    "wish",
    [
        {"mirror": {"name": "EVENTS", "external": {"api": "$JS.{theirs}.API"}}},
        {"mirror": {"name": "EVENTS", "external": {"api": "$JS.{their_id}.API", "deliver": "theft"}}},
        {"mirror": {"name": "EVENTS", "domain": "{theirs}"}},
        {"sources": [{"name": "EVENTS", "external": {"api": "$JS.{theirs}.API", "deliver": "theft"}}]},
        {"sources": [{"name": "EVENTS", "external": {"api": "$SYS.REQ.ACCOUNT.{their_id}"}}]},
        {"sources": [{"name": "EVENTS", "domain": "{their_id}"}]},
        {"subjects": ["*.{theirs}.>"]},
        {"subjects": ["wake.>", "out.>", "in.>"]},
        {"subjects": ["_INBOX.>"]},
        {"subjects": ["$SYS.>"]},
    ],
)
def test_a_stream_that_reaches_for_anothers_holds_nothing_of_theirs(
    servers: Installation, wish: dict[str, Any]
) -> None:
    async def test(two: Two) -> None:
        onboard = await two.user(OURS, "onboard")
        name = f"REACH{zlib.crc32(json.dumps(wish).encode())}"
        text = json.dumps(wish).replace("{theirs}", THEIRS).replace("{their_id}", two.accounts.account_id(THEIRS))
        config = {"name": name, "storage": "file", "num_replicas": 1, **json.loads(text)}
        made = await ask(onboard, f"STREAM.CREATE.{name}", config)
        await asyncio.sleep(0.3)
        if "error" not in made:
            found = await ask(onboard, f"STREAM.INFO.{name}", {})
            assert found["state"]["messages"] == 0

    run(servers, test)


def test_ones_own_work_goes_on(servers: Installation) -> None:
    """What is refused above is refused for where it reaches, not because nothing works."""

    async def test(two: Two) -> None:
        relay, reader = await two.user(OURS, "relay"), await two.user(OURS, "reader")
        made = await relay.jetstream().publish(f"sp.{OURS}.referral.7.ReferralAccepted", b"ours again")
        assert (await reader.jetstream().get_msg("EVENTS", made.seq)).data == b"ours again"
        integration = await two.user(OURS, "integration")
        pull = await integration.jetstream().pull_subscribe(f"sp.{OURS}.>", durable="own", stream="EVENTS")
        (message, *_) = await pull.fetch(1, timeout=PATIENCE)
        await message.ack_sync(timeout=PATIENCE)
        assert two.refused == []

    run(servers, test)


def test_the_platform_sees_no_ics(servers: Installation) -> None:
    async def test(two: Two) -> None:
        process = await two.user(PLATFORM, "process")
        heard = [two.named(subject) for subject in ("sp.{theirs}.>", "sp.>", ">", "$SYS.>", "$JS.>", "_INBOX.>")]
        for subject in heard:
            await process.subscribe(subject)
        said = [
            two.named(each) for each in ("sp.{theirs}.referral.1.Forged", "$JS.API.STREAM.INFO.EVENTS", "$JS.API.INFO")
        ]
        for subject in said:
            await process.publish(subject, b"{}")
        await process.flush()
        await two.all_refused("subscription", heard)
        await two.all_refused("publish", said)

    run(servers, test)


def test_whoever_tells_the_server_of_accounts_sees_none_of_them(servers: Installation) -> None:
    async def test(two: Two) -> None:
        claims = await two.user(SYSTEM, "claims")
        heard = [two.named(subject) for subject in ("sp.>", ">", "$SYS.>", "$SYS.ACCOUNT.{their_id}.>")]
        for subject in heard:
            await claims.subscribe(subject)
        said = [
            two.named(each) for each in ("sp.{theirs}.x", "$SYS.REQ.ACCOUNT.{their_id}.JSZ", "$SYS.REQ.CLAIMS.LIST")
        ]
        for subject in said:
            await claims.publish(subject, b"{}")
        await claims.flush()
        await two.all_refused("subscription", heard)
        await two.all_refused("publish", said)

    run(servers, test)


def test_the_signals_of_the_platform_are_not_heard_in_an_ics(servers: Installation) -> None:
    """A subject of the same name in another account is another subject."""

    async def test(two: Two) -> None:
        process = await two.user(PLATFORM, "process")
        heard = await process.subscribe("wake.>")
        await process.flush()
        relay = await two.user(OURS, "relay")
        await relay.publish(f"wake.{THEIRS}", b"999")
        await relay.flush()
        await process.publish(f"wake.{THEIRS}", b"7")
        assert (await heard.next_msg(timeout=PATIENCE)).data == b"7"
        assert heard.pending_msgs == 0

    run(servers, test)


@pytest.mark.parametrize("role", TENANT_ROLES)
def test_a_key_of_one_ics_signs_nobody_into_another(servers: Installation, role: str) -> None:
    """Each ICS's account names its own signing keys; ours are none of theirs."""

    async def test(two: Two) -> None:
        ours, user = two.accounts._signing(OURS, role), two.accounts._user(OURS, role)
        claims = {"type": "user", "issuer_account": two.accounts.account_id(THEIRS), "pub": {}, "sub": {}}
        forged = nats_accounts._signed(ours, user.public_key.decode(), role, claims)
        await _not_let_in(two, forged, user)

    run(servers, test)


def test_a_user_who_writes_their_own_rights_is_not_let_in(servers: Installation) -> None:
    """A scoped key gives the rights of its scope alone: rights in the token are no token."""

    async def test(two: Two) -> None:
        key, user = two.accounts._signing(OURS, "reader"), two.accounts._user(OURS, "reader")
        everything = {"allow": [">"]}
        claims = {"type": "user", "issuer_account": two.accounts.account_id(OURS), "pub": everything, "sub": everything}
        await _not_let_in(two, nats_accounts._signed(key, user.public_key.decode(), "reader", claims), user)

    run(servers, test)


async def _not_let_in(two: Two, token: str, user: nkeys.KeyPair) -> None:
    client = Client()
    with pytest.raises(nats.errors.Error):
        await client.connect(
            two.servers.nats_url,
            user_jwt_cb=token.encode,
            signature_cb=lambda nonce: base64.b64encode(user.sign(nonce.encode())),
            allow_reconnect=False,
            max_reconnect_attempts=1,
            error_cb=two._note,
        )
    await client.close()
    assert any("authorization" in each for each in two.refused)
