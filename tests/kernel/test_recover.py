"""A log restored to the past gets back what its stream still has, and goes on as if nothing had happened."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from commonweal.domain.message import Refused
from commonweal.domain.people import person
from commonweal.domain.referrals import receive, referral
from commonweal.kernel import kept
from commonweal.kernel.append import Claimed
from commonweal.kernel.recover import Keys
from commonweal.kernel.relay import Halted, Relay
from commonweal.runtime import recovering
from commonweal.runtime.bench import peers
from commonweal.runtime.forgetting import forget
from commonweal.runtime.installation import Installation
from commonweal.runtime.recovering import Recovered
from projections import READ_MODELS
from tenants.streams import make_events
from tests.runtime.verified import CODE, TODAY, Scene, account_owner, scene
from tests.stage import play

AGAIN = "9434765870"
"""An NHS number two people have, one after the other."""


def program(name: str, servers: Installation, *words: str, given: bytes | None = None) -> bytes:
    """One of PostgreSQL's own, on the tenants' database."""
    found = peers.program()
    assert found is not None
    told = conninfo_to_dict(servers.database_url)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    env = {**os.environ, **{variable: str(told[key]) for key, variable in names.items() if key in told}}
    done = subprocess.run([found.with_name(name), *words], env=env, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def backed_up(made: Scene) -> bytes:
    """The ICS's schema as `pg_dump` has it."""
    return program("pg_dump", made.servers, "--schema", CODE.lower())


async def restore(made: Scene, backup: bytes) -> None:
    """The ICS as it was."""
    tenant = await made.tenant()
    await tenant.log.close()
    await tenant.pool.close()
    await made.admin.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(CODE.lower())))
    program("psql", made.servers, "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", given=backup)


async def rows(made: Scene, table: str) -> list[Any]:
    query = sql.SQL("select * from {} order by 1, 2").format(sql.Identifier(CODE.lower(), table))
    return await (await made.admin.execute(query)).fetchall()


async def go_on(made: Scene) -> None:
    """What happens after the backup: keys are taken, given back and taken again, somebody is erased."""
    await made.tell(CODE, "p7", registering("Posy Ash", "9876543210"))
    received = receive.ReceiveReferral(
        person_id="p1", source="01", source_org="K83001", source_reference="x7", setting="gp", reasons=("loneliness",),
        referrer_role="gp", received_at=datetime(2026, 1, 5, tzinfo=UTC), narrative="would like to be out more",
    )  # fmt: skip
    await made.tell(CODE, "r7", received)
    await made.tell(CODE, "p8", registering("Gone Soon", AGAIN))
    await made.tell(CODE, "p8", person.ErasePerson(basis="request_upheld"))
    await forget(await made.tenant(), "p8", "request_upheld")
    await made.tell(CODE, "p9", registering("Next One", AGAIN))


def registering(name: str, nhs_number: str) -> person.RegisterPerson:
    return person.RegisterPerson(name=name, nhs_number=nhs_number, nhs_number_status="01", on=TODAY)


@dataclass
class Lost:
    """What there was before the database went back to the past."""

    head: int
    events: list[Any]
    claims: list[Any]
    rooms: list[Any]


async def lost(made: Scene) -> Lost:
    """A database restored from a backup, after more had happened and gone to the stream."""
    backup, head = backed_up(made), len(await made.events())
    await go_on(made)
    await made.caught_up()
    found = Lost(head, await rows(made, "events"), await rows(made, "claims"), await rows(made, "rooms"))
    await restore(made, backup)
    assert len(await made.events()) == head < len(found.events)
    return found


async def recovered(made: Scene, done: Callable[[int], None] = lambda _: None) -> Recovered:
    return await recovering.recover(made.servers, await made.tenant(), made.admin, done)


def test_the_same_events_come_back_to_the_same_positions_and_everything_goes_on(servers: Installation) -> None:
    async def test(made: Scene) -> None:
        before = await lost(made)
        tenant = await made.tenant()
        nats = await servers.accounts.connect(servers.nats_url, CODE, "relay")
        relay = Relay(CODE, tenant.log, nats)
        with pytest.raises(Halted, match=f"the stream ends at {len(before.events)}, the log at {before.head}"):
            await relay.catch_up()
        with pytest.raises(Refused, match=f"commonweal tenants recover {CODE}"):
            await recovering.refuse_ahead(servers, tenant)
        assert (await recovering.look(servers, tenant, made.admin)).missing == len(before.events) - before.head

        found = await recovered(made)
        assert (found.log, found.stream) == (before.head, len(before.events))
        assert (found.missing, found.begun_anew) == (len(before.events) - before.head, ())
        assert await rows(made, "events") == before.events
        assert await rows(made, "claims") == before.claims
        assert await relay.catch_up() == len(before.events)
        await nats.close()

        await made.caught_up()
        assert await rows(made, "rooms") == before.rooms
        with pytest.raises(Claimed):
            await made.tell(CODE, "p10", registering("Too Late", AGAIN))
        await made.tell(CODE, "r7", referral.AcceptReferral())
        assert await tenant.log.head() > len(before.events)
        await made.caught_up()
        assert await made.differences() == {}
        assert (await recovered(made)).missing == 0
        await recovering.refuse_ahead(servers, tenant)

    play(scene(servers), test)


def test_cut_off_it_goes_on_where_it_was_and_nobody_appends_meanwhile(
    servers: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_AT_ONCE", 2)
    may = "select has_function_privilege(%s, oid, 'execute') from pg_proc where proname = 'append' and pronamespace = %s::regnamespace"

    async def test(made: Scene) -> None:
        before = await lost(made)
        seen: list[Any] = []

        def cut_off(back: int) -> None:
            with psycopg.connect(servers.database_url) as admin:
                seen.append(admin.execute(may, (CODE.lower(), CODE.lower())).fetchone())
            if back >= 4:
                raise ConnectionError

        with pytest.raises(ConnectionError):
            await recovered(made, cut_off)
        assert seen == [(False,), (False,)]
        assert await rows(made, "events") == before.events[: before.head + 4]
        assert (await (await made.admin.execute(may, (CODE.lower(), CODE.lower()))).fetchone()) == (True,)

        assert (await recovered(made)).missing == len(before.events) - before.head - 4
        assert await rows(made, "events") == before.events
        assert await rows(made, "claims") == before.claims

    play(scene(servers), test)


def test_a_log_written_to_since_it_was_restored_is_left_as_it_is(servers: Installation) -> None:
    async def test(made: Scene) -> None:
        before = await lost(made)
        (await made.tenant()).streams.forget("person-p11")
        await made.tell(CODE, "p11", registering("Written Since", "9434765897"))
        now = await rows(made, "events")
        with pytest.raises(Refused, match=f"at position {before.head + 1} the log has another event"):
            await recovered(made)
        assert await rows(made, "events") == now

    play(scene(servers), test)


def test_a_key_the_vault_has_lost_is_named_before_anything_is_written(servers: Installation) -> None:
    async def test(made: Scene) -> None:
        before = await lost(made)
        await made.change_vault("delete from data_keys where id = 'p7'")
        await made.store.close()  # whoever had the key at hand is gone
        with pytest.raises(Refused, match="the vault has no key p7"):
            await recovered(made)
        assert len(await made.events()) == before.head

    play(scene(servers), test)


def test_a_stream_that_begins_too_late_cannot_recover_a_log(servers: Installation) -> None:
    async def test(made: Scene) -> None:
        before = await lost(made)
        messages, first = await made.messages(), before.head + 2
        owner = await account_owner(servers, CODE)
        await owner.request("$JS.API.STREAM.DELETE.EVENTS", b"", 20)
        onboard = await servers.accounts.connect(servers.nats_url, CODE, "onboard")
        await make_events(onboard, CODE, first=first)
        await onboard.close()
        for subject, headers, data in messages[first - 1 :]:
            await owner.request(subject, data, 20, headers=headers)
        await owner.close()
        with pytest.raises(Refused, match=f"the stream begins at {first} only, the log ends at {before.head}"):
            await recovered(made)
        assert len(await made.events()) == before.head

    play(scene(servers), test)


def test_what_had_gone_further_than_the_log_stands_only_where_it_went_by_the_same_events(servers: Installation) -> None:
    async def test(made: Scene) -> None:
        before = await lost(made)
        end = len(before.events)
        # Of the same events: position and time agree with what comes back. Of others: they do not.
        await made.change("update rooms set position = %s, recorded_at = %s", end, before.events[-1][6])
        await made.change("update reactor set position = %s, recorded_at = now()", end)
        await made.change("insert into reactor_cases values ('r1', 'p1', 'received')")
        await made.change("insert into consumed values ('hospital_discharge', %s)", end + 5)
        found = await recovered(made)
        assert found.begun_anew == ("reactor", "hospital_discharge")
        assert await rows(made, "reactor_cases") == []
        assert ("hospital_discharge", end) in await rows(made, "consumed")

        await made.change("update rooms set position = %s, recorded_at = now()", end + 5)
        assert (await recovered(made)).begun_anew == tuple(
            sorted(f"{each.name} v{each.version}" for each in READ_MODELS)
        )
        await made.caught_up()
        assert (await made.differences()) == {}

    play(scene(servers), test)


def test_keys_follow_the_order_of_events() -> None:
    keys = Keys()
    keys.change("nhs_number", b"1", "person-a")
    keys.change("nhs_number", b"2", "person-a")
    keys.give_back("person-a")
    keys.change("nhs_number", b"1", "person-b")
    keys.change("nhs_number", b"3", "person-b")
    keys.change("nhs_number", b"3", None)
    assert keys.holders == {("nhs_number", b"1"): "person-b", ("nhs_number", b"2"): None, ("nhs_number", b"3"): None}
    assert keys.given_back == {"person-a"}
