"""No account sees another's messages; no role does more than its job."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats.errors
import pytest
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig
from nats.js.errors import NotFoundError
from uvloop import new_event_loop

from commonweal.runtime.installation import Installation
from tenants.nats_accounts import PLATFORM, SYSTEM, Accounts, ClaimsNotAccepted, push
from tests.road import own_nats, until
from tests.stage import play


class Users:
    """Connections in several roles; what the server refuses them is collected."""

    def __init__(self, servers: Installation) -> None:
        self.servers = servers
        self.refused: list[str] = []
        self._open: list[Client] = []

    async def user(self, account: str, role: str) -> Client:
        made = await self.servers.accounts.connect(
            self.servers.nats_url, account, role, error_cb=self.note, allow_reconnect=False
        )
        self._open.append(made)
        return made

    async def note(self, error: Exception) -> None:
        self.refused.append(str(error))

    async def told(self, words: str) -> None:
        """Wait until the server has refused something in these words; nats-py hands them on in lower case."""
        async with asyncio.timeout(20):
            while not any(words.lower() in refusal for refusal in self.refused):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        for user in self._open:
            await user.close()


@asynccontextmanager
async def two_systems(servers: Installation) -> AsyncIterator[Users]:
    users = Users(servers)
    system = await users.user(SYSTEM, "claims")
    for ods in ("QPM", "QMF"):
        await push(system, servers.accounts.account_claims(ods))
        onboard = await users.user(ods, "onboard")
        await onboard.jetstream().add_stream(StreamConfig(name="EVENTS", subjects=[f"sp.{ods}.>"], allow_direct=True))
    try:
        yield users
    finally:
        await users.close()


def test_one_care_system_hears_and_reads_nothing_of_another(servers: Installation) -> None:
    async def test(users: Users) -> None:
        relay, other = await users.user("QPM", "relay"), await users.user("QMF", "reader")
        sequence = (await relay.jetstream().publish("sp.QPM.referral.3.ReferralReceived", b"sealed")).seq
        await relay.publish("sp.QMF.referral.3.ReferralReceived", b"not mine")
        await relay.flush()
        await users.told("permissions violation for publish")
        own = await users.user("QPM", "reader")
        assert (await own.jetstream().get_msg("EVENTS", sequence)).data == b"sealed"
        with pytest.raises(NotFoundError):
            await other.jetstream().get_msg("EVENTS", sequence)

    play(two_systems(servers), test)


def test_an_integration_consumes_and_acknowledges_but_publishes_nothing(servers: Installation) -> None:
    async def test(users: Users) -> None:
        relay, integration = await users.user("QPM", "relay"), await users.user("QPM", "integration")
        await relay.jetstream().publish("sp.QPM.referral.3.ReferralAccepted", b"sealed")
        pull = await integration.jetstream().pull_subscribe("sp.QPM.>", durable="hospital_discharge", stream="EVENTS")
        (message, *_) = await pull.fetch(1, timeout=20)
        await message.ack_sync(timeout=20)
        assert users.refused == []
        await integration.publish("sp.QPM.referral.3.ReferralAccepted", b"forged")
        await integration.flush()
        await users.told("permissions violation for publish")

    play(two_systems(servers), test)


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        ("reader", "sp.QPM.referral.3.ReferralAccepted"),
        ("reader", "$JS.API.STREAM.DELETE.EVENTS"),
        ("reader", "$JS.API.CONSUMER.CREATE.EVENTS.hospital_discharge"),
        ("relay", "$JS.API.STREAM.PURGE.EVENTS"),
        ("integration", "$JS.API.STREAM.UPDATE.EVENTS"),
        ("onboard", "sp.QPM.referral.3.ReferralAccepted"),
        ("onboard", "$JS.API.STREAM.DELETE.EVENTS"),
    ],
)
def test_a_role_does_nothing_beyond_its_job(servers: Installation, role: str, subject: str) -> None:
    async def test(users: Users) -> None:
        user = await users.user("QPM", role)
        await user.publish(subject, b"{}")
        await user.flush()
        await users.told(f'permissions violation for publish to "{subject}"')

    play(two_systems(servers), test)


def test_a_reader_can_read_in_batches_by_its_own_consumer(servers: Installation) -> None:
    async def test(users: Users) -> None:
        relay, reader = await users.user("QPM", "relay"), await users.user("QPM", "reader")
        for number in range(20):
            await relay.jetstream().publish("sp.QPM.referral.1.ReferralReceived", str(number).encode())
        js = reader.jetstream()
        await js.add_consumer("EVENTS", ConsumerConfig(name="reader", ack_policy=AckPolicy.NONE))
        pull = await js.pull_subscribe_bind("reader", "EVENTS")
        assert len(await pull.fetch(20, timeout=20)) == 20
        await js.delete_consumer("EVENTS", "reader")
        assert users.refused == []

    play(two_systems(servers), test)


def test_no_role_reads_the_answers_to_another(servers: Installation) -> None:
    async def test(users: Users) -> None:
        reader = await users.user("QPM", "reader")
        for subject in ("_INBOX_relay.>", "_INBOX.>", "sp.>", ">"):
            await reader.subscribe(subject)
            await reader.flush()
            await users.told(f'permissions violation for subscription to "{subject}"')

    play(two_systems(servers), test)


def test_the_platforms_signals_stay_in_its_own_account(servers: Installation) -> None:
    async def test(users: Users) -> None:
        process, tenant = await users.user(PLATFORM, "process"), await users.user("QPM", "integration")
        heard = await process.subscribe("wake.>")
        await process.flush()
        await tenant.publish("wake.QPM", b"1")
        await tenant.flush()
        await process.publish("wake.QMF", b"2")
        assert (await heard.next_msg(timeout=20)).data == b"2"
        with pytest.raises(nats.errors.Error):
            await process.jetstream(timeout=1).account_info()

    play(two_systems(servers), test)


def test_revoked_credentials_are_void_and_new_ones_hold(servers: Installation) -> None:
    async def test(users: Users) -> None:
        system, reader = await users.user(SYSTEM, "claims"), await users.user("QPM", "reader")
        await push(system, servers.accounts.account_claims("QPM", {"reader": int(time.time())}))
        for _ in range(40):
            if reader.is_closed:
                break
            await asyncio.sleep(0.05)
        assert reader.is_closed
        await asyncio.sleep(1.1)  # credentials carry whole seconds
        await (await users.user("QPM", "reader")).flush()

    play(two_systems(servers), test)


def test_claims_the_server_cannot_read_are_not_accepted(servers: Installation) -> None:
    async def test(users: Users) -> None:
        system = await users.user(SYSTEM, "claims")
        with pytest.raises(ClaimsNotAccepted, match="did not take the claims"):
            await push(system, servers.accounts.account_claims("QPM")[:-10])

    play(two_systems(servers), test)


def test_users_under_another_operator_are_not_let_in(servers: Installation) -> None:
    async def test(users: Users) -> None:
        forger = Accounts(b"\0" * 32)
        await push(await users.user(SYSTEM, "claims"), forger.account_claims("QPM"))
        with pytest.raises(nats.errors.Error):
            await forger.connect(
                servers.nats_url, "QPM", "reader", allow_reconnect=False, max_reconnect_attempts=1, error_cb=users.note
            )

    play(two_systems(servers), test)


def test_a_connection_is_closed_while_the_server_is_away(servers: Installation) -> None:
    """On the loop our processes run on."""

    async def inside() -> None:
        async with own_nats(servers) as (nats, url):
            server, _ = await nats.start()
            one = await servers.accounts.connect(url, PLATFORM, "process", error_cb=quiet)
            os.kill(server.pid, signal.SIGKILL)
            await server.ended()
            await until(lambda: one.is_reconnecting)
            await one.publish("health.relay", b"{}")
            await one.close()
            assert one.is_closed

    async def quiet(_: Exception) -> None:
        """That it is away is known."""

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(inside())
