"""Whatever was lost, changed or let out is found and named; an ICS in which nothing was is found to be well."""

import asyncio
import base64
import itertools
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql

from commonweal.domain.people import person
from commonweal.kernel import cloud_event
from commonweal.kernel.log import Recorded
from commonweal.kernel.read_model import ReadModel
from commonweal.runtime.cli_verify import verify
from commonweal.runtime.installation import RUNNING, Installation, tell
from commonweal.runtime.process import end
from commonweal.runtime.verify.clear import Clear
from projections import READ_MODELS
from projections.caseload import READ_MODEL as CASELOAD
from tests.runtime.verified import CODE, OTHER, TODAY, Kept, Scene, personal_fields, scene, texts

CHECKS = ["log", "stream", "rooms", "sealed", "clear", "vault", "inbox"]
THE_BOARD = (CASELOAD,)
"""Room enough, where it is not the rooms that are looked at."""
LEAK = texts()[("PersonRegistered", "address")]


Story = Callable[[Scene], Awaitable[None]]
Play = Callable[..., None]


@pytest.fixture(scope="module")
def play(servers: Installation) -> Iterator[Play]:
    """`play(story, models)`: what is done to one scene is undone before the next story. `models`: the rooms that are looked at."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        made = runner.run(stack.enter_async_context(scene(servers)))
        kept = runner.run(Kept.of(made))

        async def played(story: Story, models: tuple[ReadModel, ...]) -> None:
            try:
                await story(replace(made, models=models))
            finally:
                await kept.put_back(made)

        yield lambda story, models=THE_BOARD: runner.run(played(story, models))
        runner.run(stack.aclose())


def the(events: list[Recorded], kind: str) -> Recorded:
    return next(event for event in events if event.type == kind)


def test_an_installation_that_is_well_verifies(play: Play) -> None:
    async def story(made: Scene) -> None:
        assert await made.differences() == {}
        found = await made.found()
        assert list(found) == CHECKS
        events = len(await made.events())
        assert found["log"].looked_at["events"] == found["stream"].looked_at["messages"] == events
        assert found["rooms"].looked_at["rows"] >= 7
        assert found["sealed"].looked_at["erased"] == 1
        assert found["clear"].looked_at["words"] > len(texts())
        assert found["clear"].looked_at["bytes of JetStream"] > 1000
        assert found["vault"].looked_at["claims"] > 0
        assert found["inbox"].looked_at["messages"] == 1
        assert await made.differences(OTHER) == {}

    play(story, READ_MODELS)


def test_an_ics_at_work_verifies(play: Play) -> None:
    async def story(made: Scene) -> None:
        async def work() -> None:
            for number in itertools.count():
                await made.tell(
                    CODE, f"person {number}", person.RegisterPerson(name="A B", nhs_number_status="03", on=TODAY)
                )
                await made.caught_up()

        working = asyncio.create_task(work())
        for _ in range(5):
            assert await made.differences(patience=20) == {}
        assert len(await made.events()) > 30
        await end(working)

    play(story, READ_MODELS)


def test_the_command_says_what_it_found(servers: Installation, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMONWEAL_DATA", str(servers.settings.data))
    tell(servers)

    async def story(made: Scene) -> None:
        well = await asyncio.to_thread(CliRunner().invoke, verify, ["--json"])
        assert well.exit_code == 0, well.output
        said = json.loads(well.stdout)
        assert said["ok"] is True
        assert [each["tenant"] for each in said["tenants"]] == [CODE, OTHER, "control"]
        assert [check["check"] for check in said["tenants"][0]["checks"]] == CHECKS
        assert {"check", "ok", "looked_at", "difference"} <= said["tenants"][0]["checks"][0].keys()

        await made.change("update events set actor = 'user-mallory' where position = 2")
        wrong = await asyncio.to_thread(CliRunner().invoke, verify, [])
        assert wrong.exit_code == 1
        assert wrong.stderr.strip() == f"{CODE}, stream: message 2: its actor is not that of the log"
        as_json = await asyncio.to_thread(CliRunner().invoke, verify, ["--tenant", CODE, "--json"])
        assert (as_json.exit_code, json.loads(as_json.stdout)["ok"]) == (1, False)
        assert (await asyncio.to_thread(CliRunner().invoke, verify, ["--tenant", OTHER])).exit_code == 0
        unknown = await asyncio.to_thread(CliRunner().invoke, verify, ["--tenant", "QXX"])
        assert unknown.exit_code == 1
        assert "QXX" in unknown.output

    try:
        play(story, READ_MODELS)
    finally:
        (servers.settings.data / RUNNING).unlink()


def test_a_tampered_event_is_found(play: Play) -> None:
    async def story(made: Scene) -> None:
        event = the(await made.events(), "ReferralReceived")
        data = event.data.replace(b'"K83001"', b'"K83002"')
        assert data != event.data
        await made.change("update events set data = %s where position = %s", data, event.position)
        assert (await made.differences())["stream"] == f"message {event.position}: its data is not that of the log"
        assert await made.differences(OTHER) == {}

    play(story)


COLUMNS = {"occurred_at": "2020-01-01T00:00:00Z", "channel": "fax", "command_id": None, "type": "ReferralAccepted"}


def test_a_tampered_column_of_an_event_is_found(play: Play) -> None:
    async def story(made: Scene) -> None:
        before = (await made.events())[2]
        for column, value in COLUMNS.items():
            change = "update events set {} = %s where position = 3".format(column)  # noqa: UP032, S608
            await made.change(change, value)
            assert (await made.differences())["stream"] == f"message 3: its {column} is not that of the log"
            await made.change(change, getattr(before, column))
        assert await made.differences() == {}

    play(story)


def test_a_lost_event_is_found(play: Play) -> None:
    async def story(made: Scene) -> None:
        await made.change("delete from events where position = 4")
        differences = await made.differences()
        assert differences["log"] == "position 4 is missing: position 5 comes next"
        assert differences["stream"] == "message 4: the log has no such position"

        head = len(await made.events(OTHER))
        await made.change("delete from events where position = %s", head, code=OTHER)
        differences = await made.differences(OTHER)
        assert differences["log"] == f"the newest event is at position {head - 1}, the head at {head}"

    play(story)


def test_a_version_that_does_not_follow_is_found(play: Play) -> None:
    async def story(made: Scene) -> None:
        event = the(await made.events(), "ReferralAccepted")
        await made.change("update events set version = 9 where position = %s", event.position)
        said = (await made.differences())["log"]
        assert said == f"position {event.position} is version 9 of referral-r1; version 2 comes next there"

    play(story)


def test_a_tampered_message_is_found(play: Play) -> None:
    async def story(made: Scene) -> None:
        messages = await made.messages()
        subject, headers, data = messages[4]
        stored = cloud_event.read(data)
        altered = data.replace(b'"channel":"test"', b'"channel":"tost"')
        assert altered != data

        await made.rewrite([*messages[:4], (subject, headers, altered), *messages[5:]])
        assert await made.differences() == {"stream": "message 5: its channel is not that of the log"}
        await made.rewrite([*messages[:4], (subject, {**headers, "Sp-Version": "9"}, data), *messages[5:]])
        assert "message 5: its headers are" in (await made.differences())["stream"]
        await made.rewrite([*messages[:4], (f"sp.{CODE}.other", headers, data), *messages[5:]])
        assert await made.differences() == {"stream": "message 5: its subject is not that of its event"}
        await made.rewrite([*messages[:4], *messages[5:]])
        assert (await made.differences())["stream"] == "message 5: its position is not that of the log"
        await made.rewrite(messages)
        assert await made.differences() == {}
        assert stored.position == 5

    play(story)


def test_a_stream_that_does_not_end_with_the_log_is_found(play: Play) -> None:
    async def story(made: Scene) -> None:
        messages = await made.messages()
        head = len(messages)
        await made.rewrite(messages[:-2])
        assert await made.differences() == {"stream": f"it ends at {head - 2}, the log at {head}: the relay is behind"}
        await made.rewrite([*messages, messages[-1]])
        assert await made.differences() == {
            "stream": f"it is ahead of the log: it ends at {head + 1}, the log at {head}"
        }
        owner = await made.messages(OTHER)
        await made.rewrite(owner[:1], OTHER)
        assert "the relay is behind" in (await made.differences(OTHER))["stream"]

    play(story)


ROOM_CHANGES = {
    "update caseload_v2_person set name = 'Somebody Else' where person_id = 'p1'": "row p1: name not as replayed",
    "delete from caseload_v2_person where person_id = 'p1'": "caseload_v2_person has no row p1",
    "insert into caseload_v2_person (person_id, erased) values ('p0', false)": "a row p0 that no event made",
    "update caseload_v2_referral set reasons = '[]' where referral_id = 'r1'": "row r1: reasons not as replayed",
    "update rooms set position = position - 1": "room caseload v2 stands at",
    "update rooms set position = position + 1": "ahead of the log",
    "delete from rooms where name = 'caseload'": "room caseload v2 is not built",
}


def test_a_room_that_is_not_its_replay_is_found(play: Play) -> None:
    async def story(made: Scene) -> None:
        for statement, difference in ROOM_CHANGES.items():
            await made.change(statement)
            assert difference in (await made.differences())["rooms"]
            await made.rebuild_rooms()
        assert await made.differences() == {}
        assert await made.differences(OTHER) == {}

    play(story)


def test_a_tampered_sealed_field_is_found(play: Play) -> None:
    async def story(made: Scene) -> None:
        event = the(await made.events(), "PersonRegistered")
        stored = msgspec.json.decode(event.data)
        sealed = bytearray(base64.b64decode(stored["personal"]["sealed"]))
        sealed[20] ^= 1
        stored["personal"]["sealed"] = base64.b64encode(sealed).decode()
        await made.change(
            "update events set data = %s where position = %s", msgspec.json.encode(stored), event.position
        )
        differences = await made.differences()
        assert differences["sealed"] == (
            f"position {event.position}, PersonRegistered, version 1 of person-p1: its sealed field does not open"
        )
        assert differences["stream"] == f"message {event.position}: its data is not that of the log"

    play(story)


def test_a_key_that_is_lost_or_came_back_is_found(play: Play) -> None:
    async def story(made: Scene) -> None:
        await made.change_vault("insert into destroyed_keys (id, reason) values ('p9', 'test')")
        await made.change_vault("alter table data_keys disable trigger all")
        await made.change_vault("insert into data_keys (id, wrapped) values ('p9', 'x')")
        await made.change_vault("alter table data_keys enable trigger all")
        assert "key p9 is destroyed and kept all the same" in (await made.differences())["vault"]
        await made.change_vault("delete from data_keys where id in ('p9', 'p2')")
        differences = await made.differences()
        assert "key p2, named at position" in differences["vault"]
        await made.store._open.pop(CODE).close()  # as another process would find it
        differences = await made.differences()
        assert "its key p2 is neither in the vault nor among those destroyed" in differences["sealed"]

    play(story)


def test_an_erasure_that_left_something_is_found(play: Play) -> None:
    async def story(made: Scene) -> None:
        await made.change("insert into claims (kind, hash, stream_id) values ('nhs_number', 'x', 'person-p3')")
        assert "person-p3 was erased at position" in (await made.differences())["vault"]
        await made.change("update claims set stream_id = 'person-nobody' where stream_id = 'person-p3'")
        assert (await made.differences())[
            "vault"
        ] == "a claim on nhs_number is held by person-nobody, which has no events"

    play(story)


def test_a_message_that_was_put_away_and_forgotten_is_found(play: Play) -> None:
    async def story(made: Scene) -> None:
        await made.change("update inbox set state = 'received', ack = null, received_at = now() - interval '2 minutes'")
        assert "nothing has followed from it" in (await made.differences())["inbox"]
        await made.change("update inbox set state = 'done', ack = 'AA', sealed = 'not what it was, at all'")
        assert "does not open" in (await made.differences())["inbox"]
        await made.change("update reactor set position = 1000")
        assert (await made.differences())["inbox"] == "reactor is ahead of the log: was it restored to the past?"

    play(story)


async def _dumped(connection: psycopg.AsyncConnection[Any]) -> dict[str, bytes]:
    """Every table of the tampered ICS and of the control log but the rooms as they stand; what they were is among them."""
    found: dict[str, bytes] = {}
    named = r"""
    select schemaname, tablename from pg_tables
    where schemaname in ('qva', 'control') and (tablename !~ '_v\d+_' or tablename ~ '_past$')
    """
    for names in await (await connection.execute(named.encode())).fetchall():
        query = sql.SQL("select * from {}").format(sql.Identifier(*names))
        rows = await (await connection.execute(query)).fetchall()
        found[".".join(names)] = b"|".join(
            value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row
        )
    return found


def test_no_canary_leaves_the_rooms(play: Play) -> None:
    """Looked for by plain search, beside what `verify` says of itself."""

    async def story(made: Scene) -> None:
        words = [word.lower().encode() for word in [*texts().values(), "VRF77012", "inboxwren"]]
        stores = {
            f"message {n}": b"|".join([s.encode(), repr(h).encode(), d])
            for n, (s, h, d) in enumerate(await made.messages())
        }
        for connection, place in ((made.admin, "database"), (made.vault, "vault")):
            stores |= {f"{place} {table}": held for table, held in (await _dumped(connection)).items()}
        data = made.servers.settings.data
        for path in [*(data / "nats" / "streams").rglob("*"), *(data / "logs").iterdir()]:
            if path.is_file():
                stores[str(path)] = path.read_bytes()
        assert len(stores) > 40, sorted(stores)
        assert [(place, word) for place, held in stores.items() for word in words if word in held.lower()] == []
        names = await (await made.admin.execute("select name from qva.caseload_v2_person")).fetchall()
        assert texts()[("PersonRegistered", "name")] in {row[0] for row in names}

    play(story, READ_MODELS)


def test_the_canary_of_every_field_is_sought(play: Play) -> None:
    async def story(made: Scene) -> None:
        every = texts()
        tenant = await made.tenant()
        clear = Clear()
        recorded = await made.events()
        for each, fact in zip(recorded, await tenant.streams.understand(recorded), strict=True):
            clear.take(each, fact)
        for (event, field), words in every.items():
            for kind in ("text", "log"):
                found = [what.field for _, what in clear.search.hits(f'{{"x":"{words}"}}'.encode(), kind)]
                assert f"{event}.{field}" in found, (event, field, kind)
        wordless = {(event, field) for _, event, field, _ in personal_fields()} - every.keys()
        assert {field for _, field in wordless} == {"date_of_birth", "died_on", "answers", "value"}

    play(story)


def a_file(folder: str, name: str, content: bytes) -> Callable[[Scene], Awaitable[Path]]:
    async def planted(made: Scene) -> Path:
        path = made.servers.settings.data / folder.format(made.servers.accounts.account_id(CODE)) / name
        await asyncio.to_thread(path.write_bytes, content)
        return path

    return planted


def in_the_database(statement: str, *values: object) -> Callable[[Scene], Awaitable[None]]:
    async def planted(made: Scene) -> None:
        await made.change(statement, *values)

    return planted


async def in_the_vault(made: Scene) -> None:
    await made.change_vault("insert into destroyed_keys (id, reason) values ('p9', %s)", f"asked by {LEAK}")


async def in_control(made: Scene) -> None:
    await made.change("update events set actor = %s where position = 1", LEAK, code="control")


def in_a_message(
    change: Callable[[dict[str, str], bytes], tuple[dict[str, str], bytes]],
) -> Callable[[Scene], Awaitable[None]]:
    async def planted(made: Scene) -> None:
        messages = await made.messages()
        subject, headers, data = messages[2]
        await made.rewrite([*messages[:2], (subject, *change(headers, data)), *messages[3:]])

    return planted


LEAKS: dict[str, tuple[Callable[[Scene], Awaitable[object]], str]] = {
    "a log": (a_file("logs", "leaky.log", f'{{"event":"called at {LEAK}"}}\n'.encode()), "file logs/leaky.log"),
    "a file of JetStream": (
        a_file("nats/streams/jetstream/{}", "leak.blk", b"\xff\x00\x91" + LEAK.encode() + b"\x90\xfe"),
        "leak.blk from byte 0",
    ),
    "the inbox": (in_the_database("update inbox set reason = %s", f"unknown address {LEAK}"), "qva inbox.reason at row"),
    "bytes of the inbox": (in_the_database("update inbox set key = %s", b"\xff\x00" + LEAK.encode()), "qva inbox.key at row"),
    "a claim": (in_the_database("update claims set kind = %s where stream_id = 'person-p1'", LEAK), "qva claims.kind at row"),
    "an event's actor": (in_the_database("update events set actor = %s where position = 2", LEAK), "qva events.actor at position 2"),
    "a deadline": (
        in_the_database(
            "insert into deadlines (kind, identity, about, due_at, event_id, position) values ('x', 'y', %s, now(), gen_random_uuid(), 1)",
            LEAK,
        ),
        "qva deadlines.about at row",
    ),
    "the vault": (in_the_vault, "vault qva destroyed_keys.reason at row"),
    "the control log": (in_control, "control events.actor at position 1"),
    "a header": (in_a_message(lambda headers, data: ({**headers, "Sp-Note": LEAK}, data)), "JetStream message 3"),
    "a message": (
        in_a_message(lambda headers, data: (headers, data[:-1] + f',"note":"{LEAK}"}}'.encode())),
        "JetStream message 3",
    ),
}  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS)
def test_what_leaks_is_found_wherever_it_stands(play: Play, leak: str) -> None:
    plant, place = LEAKS[leak]

    async def story(made: Scene) -> None:
        left = await plant(made)
        try:
            said = (await made.differences())["clear"]
            assert place in said
            assert "PersonRegistered.address of position" in said
            assert LEAK not in said
        finally:
            if isinstance(left, Path):
                os.unlink(left)  # noqa: PTH108 – a moment, in a test

    play(story)
