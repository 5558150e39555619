"""An operator looks at a record, makes a room again, and erases a person: nothing personal is left anywhere."""

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from commonweal.domain.message import ERASED
from commonweal.domain.people.person import RegisterPerson
from commonweal.domain.referrals.referral import IN_TRIAGE, OPEN
from commonweal.kernel import read_model
from commonweal.kernel.append import Claimed
from commonweal.kernel.follow import Room
from commonweal.kernel.handle import handle
from commonweal.kernel.read_model import InUse, ReadModel
from commonweal.kernel.watch import Watch
from commonweal.runtime.ground import EXAMPLES, ground
from commonweal.runtime.simulate.case import Case, anchor, invent
from commonweal.runtime.simulate.invented import nhs_numbers
from commonweal.runtime.simulate.setting import setting
from projections import READ_MODELS
from projections.caseload import READ_MODEL as BOARD
from tenants.store import Tenant
from tests.runtime.command_scene import Scene, scene
from tests.story import registered
from tests.tenant import about

CASES = 40
ROOMS = {model.name for model in READ_MODELS}
HELD = "select count(*) from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and granted"
"""Of rooms that somebody follows."""
CALLED = f"{BOARD.name} v{BOARD.version}"
"""The board, as an operator reads of it."""


@pytest.fixture(scope="module")
def hosting() -> Iterator[Scene]:
    """Northamptonshire, with some invented cases."""
    with scene(EXAMPLES / "northamptonshire.toml") as made:
        played = made.ask("simulate", "--tenant", "QPM", "--referrals", CASES)
        assert (played["refused"], sum(played["stages"].values())) == ([], CASES)
        yield made


def on(hosting: Scene, work: Any) -> Any:
    """Runs `work(ground, tenant)` on the ICS."""

    async def main() -> Any:
        async with ground(hosting.installation) as found:
            await found.store.roster()
            return await work(found, await found.store.tenant("QPM"))

    return asyncio.run(main())


def case(hosting: Scene, number: int) -> Case:
    """Case `number` as it was played."""
    state = on(hosting, lambda _, tenant: _state(tenant))
    nhs = [nhs for nhs, _ in zip(nhs_numbers(1), range(number), strict=False)][-1]
    return invent(setting("QPM", state, anchor(datetime.now(UTC))), 1, number, nhs)


async def _state(tenant: Tenant) -> Any:
    return (await tenant.streams.committed("tenant", "QPM")).state


def with_an_nhs_number(hosting: Scene, among: range) -> tuple[Case, RegisterPerson]:
    for number in among:
        found = case(hosting, number)
        register = found.before[0].command
        assert isinstance(register, RegisterPerson)
        if register.nhs_number:
            return found, register
    raise AssertionError("no such case")


def rows(hosting: Scene, table: str) -> list[tuple[Any, ...]]:
    async def work(_found: Any, tenant: Tenant) -> Any:
        async with tenant.pool.borrow() as connection:
            query = f"select * from caseload_v2_{table} order by 1"  # noqa: S608
            return await (await connection.execute(query.encode())).fetchall()

    found: list[tuple[Any, ...]] = on(hosting, work)
    return found


def test_a_record_is_shown_sealed_unless_it_is_revealed(hosting: Scene) -> None:
    someone, register = with_an_nhs_number(hosting, range(1, 10))
    said = hosting.run("streams", "show", "person", someone.person_id, "--tenant", "QPM").output
    assert "v1 PersonRegistered" in said
    assert "simulation through simulation" in said
    assert f"gp_practice: {register.gp_practice}" in said
    assert "nhs_number: sealed" in said
    assert register.name not in said
    assert str(register.nhs_number) not in said
    revealed = hosting.run("streams", "show", "person", f"person-{someone.person_id}", "--tenant", "QPM", "--reveal")
    assert f"name: {register.name}" in revealed.stdout
    assert "personal details are shown above" in revealed.stderr


def test_a_record_is_shown_to_a_machine_a_line_an_event(hosting: Scene) -> None:
    result = hosting.run("streams", "show", "link-worker", "amber", "--json")  # in whichever ICS it is
    first = result.stdout.splitlines()[0]
    assert '"version": 1, "type": "LinkWorkerEngaged"' in first
    assert '"channel": "onboarding"' in first


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["streams", "show", "referral", "none", "--tenant", "QPM"], "there is no record referral-none in QPM"),
        (["streams", "show", "patient", "none", "--tenant", "QPM"], "there are no records called patient"),
        (["streams", "show", "referral", "none", "--tenant", "QMF"], "no ICS with the code QMF is hosted here"),
        (["streams", "show", "referral", "none"], "there is no record referral-none in any ICS here"),
        (["read-models", "rebuild", "kitchen"], "no room is called kitchen; there is caseload, waiting_list"),
        (["people", "erase", "none", "--tenant", "QPM", "--basis", "request_upheld", "--yes"], "there is no such person"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_a_sentence(hosting: Scene, words: list[str], sentence: str) -> None:
    assert sentence in hosting.refusal(*words)


def test_a_room_made_again_is_as_it_was(hosting: Scene) -> None:
    (first,) = hosting.ask("read-models", "rebuild", "caseload", "--tenant", "QPM")
    before = {table: rows(hosting, table) for table in ("referral", "person", "link_worker", "membership")}
    assert len(before["referral"]) == CASES

    async def spoil(found: Any, _tenant: Tenant) -> None:
        await found.admin.execute("update qpm.caseload_v2_referral set stage = 'WAITING'")
        await found.admin.execute("insert into qpm.caseload_v2_trust values ('RXX', 'Nowhere')")

    on(hosting, spoil)
    (again,) = hosting.ask("read-models", "rebuild", "caseload")
    assert again["position"] == first["position"] == hosting.ask("tenants", "list")[0]["position"]
    assert {table: rows(hosting, table) for table in before} == before
    assert "RXX" not in [row[0] for row in rows(hosting, "trust")]


def test_rooms_are_listed_and_missing_ones_built(hosting: Scene) -> None:
    hosting.ask("read-models", "rebuild", "caseload")
    listed = {each["name"]: each for each in hosting.ask("read-models", "list", "--tenant", "QPM")}
    assert set(listed) == ROOMS
    room = listed["caseload"]
    assert (room["version"], room["lag"], room["shipped"]) == (BOARD.version, 0, True)
    filled = hosting.ask("read-models", "build")
    assert CALLED not in {each["room"] for each in filled}, "what has read something is left to the follower"
    assert hosting.ask("read-models", "build") == []

    async def lose(found: Any, tenant: Tenant) -> bool:
        return await read_model.drop(
            found.admin, tenant.placement.owner, tenant.placement.schema, "caseload", BOARD.version
        )

    assert on(hosting, lose)
    assert {each["name"] for each in hosting.ask("read-models", "list")} == ROOMS - {"caseload"}
    built = {"tenant": "QPM", "room": CALLED, "position": room["position"]}
    assert hosting.ask("read-models", "build", "--tenant", "QPM") == [built]
    assert len(rows(hosting, "referral")) == CASES, "it is filled when it is made"


def test_a_version_this_release_reads_or_one_that_is_followed_is_not_dropped(hosting: Scene) -> None:
    refusal = hosting.refusal("read-models", "drop", "caseload", BOARD.version)
    assert refusal == f"this release reads {CALLED}: it stays"
    assert hosting.ask("read-models", "drop", "caseload", "7") == []

    async def another_release(found: Any, tenant: Tenant) -> None:
        """It made version 7 and follows it."""
        seventh = ReadModel("caseload", 7, tmp, lambda _fact: ())
        placed = tenant.placement
        assert await read_model.build(found.admin, placed.owner, placed.login, placed.schema, seventh)
        followed = Room(tenant.streams, tenant.pool.borrow, seventh, lambda _: asyncio.sleep(0))
        watching = asyncio.create_task(Watch(tenant.pool.connect, {asyncio.Event(): followed}).keep())
        async with asyncio.timeout(20):
            while (await (await found.admin.execute(HELD)).fetchone())[0] == 0:  # noqa: ASYNC110 – PostgreSQL alone knows
                await asyncio.sleep(0.02)
        with pytest.raises(InUse):
            await read_model.drop(found.admin, placed.owner, placed.schema, "caseload", 7)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching

    with TemporaryDirectory() as folder:
        tmp = Path(folder)
        tmp.joinpath("table.sql").write_text("create table caseload_v7_person (id text primary key);")
        on(hosting, another_release)
    hosting.ask("read-models", "rebuild", "caseload")
    assert hosting.ask("read-models", "drop", "caseload", "7") == [{"tenant": "QPM", "room": "caseload v7"}]
    assert 7 not in [each["version"] for each in hosting.ask("read-models", "list")]
    assert len(rows(hosting, "referral")) == CASES


def test_a_person_is_erased_everywhere_and_their_number_may_be_registered_anew(hosting: Scene) -> None:
    gone, register = with_an_nhs_number(hosting, range(11, 20))
    hosting.ask("read-models", "rebuild", "caseload")
    before = hosting.ask("tenants", "list")[0]

    done = hosting.ask("people", "erase", gone.person_id, "--tenant", "QPM", "--basis", "registered_in_error")
    assert done["position"] == before["position"] + 1
    assert (done["already"], done["basis"], done["keys_given_back"]) == (False, "registered_in_error", 1)
    assert done["sealed_events"] >= 1
    assert done["rooms"] == dict.fromkeys(ROOMS, done["position"])

    async def opened(_found: Any, tenant: Tenant) -> list[Any]:
        recorded = [
            *await tenant.log.stream(f"person-{gone.person_id}"),
            *await tenant.log.stream(f"referral-{gone.referral_id}"),
        ]
        return [fact.event for fact in await tenant.streams.understand(recorded)]

    registered, *others = on(hosting, opened)
    for name in ("name", "date_of_birth", "address", "postcode", "phone", "email", "nhs_number"):
        assert getattr(registered, name) is ERASED
    assert all(getattr(event, "narrative", ERASED) in (ERASED, None) for event in others)
    (row,) = [row for row in rows(hosting, "person") if row[0] == gone.person_id]
    assert [value for value in row[1:] if value is not None] == [True]
    assert gone.referral_id in [row[0] for row in rows(hosting, "referral")]
    shown = hosting.run("streams", "show", "person", gone.person_id, "--tenant", "QPM", "--reveal").stdout
    assert "name: erased" in shown
    assert register.name not in shown
    assert hosting.ask("tenants", "list")[0]["people"] == before["people"]

    async def register_anew(_found: Any, tenant: Tenant) -> str | None:
        await handle(tenant.streams, "anew", register, about())
        return await tenant.log.holder("nhs_number", str(register.nhs_number))

    assert on(hosting, register_anew) == "person-anew"


def test_erasing_twice_changes_nothing(hosting: Scene) -> None:
    someone = case(hosting, 21)
    words = ["people", "erase", someone.person_id, "--tenant", "QPM", "--basis"]
    first = hosting.ask(*words, "registered_in_error")
    again = hosting.ask(*words, "request_upheld")
    assert again["already"] is True
    assert again["position"] == first["position"]
    assert again["key_destroyed_at"] == first["key_destroyed_at"]
    assert again["basis"] == "registered_in_error"


def test_a_person_whose_key_was_lost_is_erased_all_the_same(hosting: Scene) -> None:
    someone = case(hosting, 31)

    async def lose(found: Any, _tenant: Tenant) -> None:
        await found.vault_admin.execute("delete from qpm.data_keys where id = %s", (someone.person_id,))

    on(hosting, lose)
    words = ["people", "erase", someone.person_id, "--tenant", "qpm", "--basis"]
    done = hosting.ask(*words, "request_upheld")
    assert (done["key_was_lost"], done["already"], done["basis"], done["tenant"]) == (
        True,
        False,
        "request_upheld",
        "QPM",
    )
    again = hosting.ask(*words, "request_upheld")
    assert (again["key_was_lost"], again["already"]) == (False, True)


def test_a_list_of_rooms_shows_whole_times_on_a_narrow_terminal(hosting: Scene) -> None:
    hosting.ask("read-models", "rebuild", "caseload")
    said = hosting.run("read-models", "list", "--tenant", "qpm").stdout
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d ", said)
    assert max(map(len, said.splitlines())) <= 80


def test_nobody_is_erased_without_a_yes(hosting: Scene) -> None:
    someone, register = with_an_nhs_number(hosting, range(22, 30))
    words = ["people", "erase", f"person-{someone.person_id}", "--tenant", "QPM", "--basis", "registered_in_error"]
    refused = hosting.run(*words, answer="n\n")
    assert refused.exit_code == 1
    assert "Nobody can undo this" in refused.stderr

    async def taken(_found: Any, tenant: Tenant) -> None:
        with pytest.raises(Claimed):
            await handle(tenant.streams, "another", register, about())

    on(hosting, taken)
    said = hosting.run(*words, answer="y\n").stdout
    assert f"{someone.person_id} is erased: PersonErased at position" in said
    assert "rooms have followed: caseload at" in said


def test_whoever_has_an_open_referral_is_erased_only_where_they_were_registered_in_error(hosting: Scene) -> None:
    someone = on(hosting, lambda _, tenant: _whose_case(tenant, IN_TRIAGE | OPEN))
    words = ["people", "erase", someone, "--tenant", "QPM", "--yes", "--basis"]
    for basis in ("request_upheld", "retention_ended"):
        assert "a referral of this person is open: close it first" in hosting.refusal(*words, basis)
    assert "is erased: PersonErased" in hosting.run(*words, "registered_in_error").stdout


def test_what_must_be_kept_is_erased_only_by_order_and_that_it_was_asked_for_is_written_down(hosting: Scene) -> None:
    ended = on(hosting, lambda _, tenant: _whose_case(tenant, frozenset({"closed", "rejected", "declined"})))
    words = ["people", "erase", ended, "--tenant", "QPM", "--yes", "--basis"]
    for basis in ("request_upheld", "retention_ended"):
        assert re.search(r"must be kept until \d+ \w+ 20[3-9]\d", hosting.refusal(*words, basis))
    assert "is erased: PersonErased" in hosting.run(*words, "ordered").stdout
    assert on(hosting, lambda _, tenant: _types(tenant, ended))[-5:] == [
        "ErasureRequested",
        "ErasureRefused",
        "ErasureRequested",
        "ErasureRefused",
        "PersonErased",
    ]


def test_what_need_not_be_kept_is_asked_for_and_approved_like_on_the_page(hosting: Scene) -> None:
    async def knows(_found: Any, tenant: Tenant) -> None:
        await handle(tenant.streams, "never-referred", registered("Ottoline"), about())

    on(hosting, knows)
    hosting.ask("people", "erase", "never-referred", "--tenant", "QPM", "--basis", "request_upheld")
    assert on(hosting, lambda _, tenant: _types(tenant, "never-referred")) == [
        "PersonRegistered",
        "ErasureRequested",
        "ErasureApproved",
        "PersonErased",
    ]


async def _types(tenant: Tenant, person_id: str) -> list[str]:
    return [recorded.type for recorded in await tenant.log.stream(f"person-{person_id}")]


async def _whose_case(tenant: Tenant, phases: frozenset[str]) -> str:
    """Someone who is known still, with one case, in one of these phases."""
    async with tenant.pool.borrow() as connection:
        asked = await connection.execute("select stream_id from events where type = 'ReferralReceived'")
        cases = [stream_id.removeprefix("referral-") for (stream_id,) in await asked.fetchall()]
    states = [(await tenant.streams.committed("referral", each)).state for each in cases]
    times = Counter(state.person_id for state in states)
    for state in states:
        someone = (await tenant.streams.committed("person", state.person_id)).state
        if state.phase in phases and times[state.person_id] == 1 and someone.phase == "living":
            return str(state.person_id)
    raise AssertionError("no such case")


def test_a_basis_that_is_none_is_refused_before_anything_is_done(hosting: Scene) -> None:
    result = hosting.run("people", "erase", "x", "--tenant", "QPM", "--basis", "because", "--yes")
    assert result.exit_code == 2
    assert "request_upheld" in result.stderr
