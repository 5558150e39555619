"""An ICS's file becomes an ICS, all of it or nothing, and the same file twice changes nothing."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from commonweal.domain.message import Refused
from commonweal.domain.user import RevokeUser
from commonweal.domain.workforce.link_worker import ChangeCaseloadLimit
from commonweal.kernel.handle import handle
from commonweal.runtime.ground import EXAMPLES, ground
from projections import READ_MODELS
from tenants import ics_file
from tenants.ics import ICS
from tenants.onboard import Ground, check, onboard
from tenants.plan import Plan, plan
from tests.runtime.command_scene import Scene, scene
from tests.tenant import about

NORTHAMPTONSHIRE = ics_file.read(EXAMPLES / "northamptonshire.toml")
NORTH_EAST_LONDON = ics_file.read(EXAMPLES / "north_east_london.toml")
TODAY = datetime.now(UTC).date()

Work = Callable[[Ground], Coroutine[Any, Any, Any]]
On = Callable[[Work], Any]


@pytest.fixture(scope="module")
def ours() -> Iterator[Scene]:
    with scene() as made:
        yield made


@pytest.fixture(scope="module")
def on(ours: Scene) -> On:
    """Runs something on the ground of an installation of our own."""

    def run(work: Work) -> Any:
        async def main() -> Any:
            async with ground(ours.installation) as opened:
                return await work(opened)

        return asyncio.run(main())

    return run


def another(ods: str, **changed: Any) -> ICS:
    """An ICS like Northamptonshire beside it: its trusts have no lines, so that nothing is in its way."""
    trusts = tuple(replace(trust, mllp_line=None) for trust in NORTHAMPTONSHIRE.trusts)
    return replace(NORTHAMPTONSHIRE, **{"ods": ods, "key_file": f"keys/{ods}.key", "trusts": trusts, **changed})


async def _planned(found: Ground, ics: ICS) -> Plan:
    return await plan(found, ics, TODAY)


async def _everything(found: Ground) -> dict[str, Any]:
    """What there is on the servers: tables with their rows, roles, and the ICSs."""
    counted: dict[str, Any] = {}
    for name, admin in (("database", found.admin), ("vault", found.vault_admin)):
        tables = """
            select format('%I.%I', schemaname, tablename) from pg_tables
            where schemaname not in ('pg_catalog', 'information_schema') order by 1
        """
        for (table,) in await (await admin.execute(tables)).fetchall():
            row = await (await admin.execute(f"select count(*) from {table}".encode())).fetchone()  # noqa: S608
            counted[f"{name} {table}"] = row and row[0]
    roles = await (await found.admin.execute("select rolname from pg_roles order by 1")).fetchall()
    return {**counted, "roles": roles}


async def _head(found: Ground, ods: str) -> int:
    await found.store.roster()
    return await (await found.store.tenant(ods)).log.head()


def _keys(ours: Scene) -> list[str]:
    return sorted(path.name for path in (ours.installation.settings.data / "keys").glob("*"))


def test_an_onboarding_cut_off_anywhere_is_completed_by_the_next(on: On) -> None:
    """On an installation that has no roster yet either."""
    ics = another("QZI")

    async def work(found: Ground) -> tuple[int, Plan, Plan, int]:
        whole, cut = await _planned(found, ics), 0
        for milliseconds in (1, 10, 20, 40, 60, 80, 100, 150, 200):
            with suppress(TimeoutError):
                await asyncio.wait_for(onboard(found, ics), milliseconds / 1000)
                continue
            cut += 1
        await onboard(found, ics)
        return cut, whole, await _planned(found, ics), await _head(found, "QZI")

    cut, whole, left, head = on(work)
    assert cut > 0
    assert list(left.lines()) == []
    assert head == sum(whole.events.values())


def test_a_dry_run_says_all_that_would_be_done_and_does_nothing(ours: Scene, on: On) -> None:
    ics = another("QZD")

    async def work(found: Ground) -> tuple[dict[str, Any], Plan, dict[str, Any]]:
        return await _everything(found), await _planned(found, ics), await _everything(found)

    keys = _keys(ours)
    before, wanted, after = on(work)
    assert before == after
    assert _keys(ours) == keys
    said = list(wanted.lines())
    assert said[:3] == ["key file keys/QZD.key", "role qzd_owner", "role qzd"]
    assert {"migration tenant/0001_log", "migration vault/0001_keys", "stream EVENTS"} <= set(said)
    assert {f"room {model.name} v{model.version}" for model in READ_MODELS} <= set(said)
    assert wanted.events["PracticeJoinedPCN"] == 44
    assert wanted.events["LinkWorkerEngaged"] == 4


@pytest.mark.parametrize("ics", [NORTHAMPTONSHIRE, NORTH_EAST_LONDON], ids=lambda ics: str(ics.ods))
def test_an_example_is_onboarded_as_planned_and_again_nothing_is_done(on: On, ics: ICS) -> None:
    async def work(found: Ground) -> tuple[Plan, int, Plan, dict[str, Any], dict[str, Any]]:
        wanted = await _planned(found, ics)
        await onboard(found, ics)
        head, left, before = await _head(found, ics.ods), await _planned(found, ics), await _everything(found)
        await onboard(found, ics)
        return wanted, head, left, before, await _everything(found)

    wanted, head, left, before, after = on(work)
    assert head == sum(wanted.events.values()) > 40
    assert list(left.lines()) == []
    assert before == after


def test_what_is_onboarded_is_what_the_file_says(on: On) -> None:
    ics = another("QZW")

    async def work(found: Ground) -> Any:
        await onboard(found, ics)
        return (await (await found.store.tenant("QZW")).streams.committed("tenant", "QZW")).state

    state = on(work)
    assert len(state.pcns) == 11
    assert len(state.memberships) == 44
    assert state.policies.triage_days == 2
    assert set(state.trusts) == {"RNS", "RNQ", "RP1"}


def test_a_changed_file_appends_only_what_differs(on: On) -> None:
    ics = another("QZC")
    first = ics.pcns[0]
    fewer = replace(first, name="Rural", practices=first.practices[1:])
    changed = replace(
        ics,
        pcns=(fewer, *ics.pcns[1:]),
        trusts=ics.trusts[:2],
        policies=replace(ics.policies, triage_days=3),
        users=(*ics.users, replace(ics.users[-1], subject="demo-second-administrator")),
    )

    async def work(found: Ground) -> tuple[Plan, int, int]:
        await onboard(found, ics)
        assert (await _planned(found, ics)).left == ()
        before, wanted = await _head(found, "QZC"), await _planned(found, changed)
        await onboard(found, changed)
        return wanted, before, await _head(found, "QZC")

    wanted, before, after = on(work)
    differences = ("PCNFormed", "PracticeLeftPCN", "TrustDisconnected", "PolicyChanged", "UserGranted")
    assert wanted.events == dict.fromkeys(differences, 1)
    assert after == before + 5


def test_what_people_at_work_changed_since_is_left_to_them(on: On) -> None:
    ics = another("QZL")

    async def work(found: Ground) -> Plan:
        await onboard(found, ics)
        here = await found.store.tenant("QZL")
        await handle(here.streams, "amber", ChangeCaseloadLimit(caseload_limit=12), about())
        user = ics.users[-1]
        await handle(here.streams, found.user_id(user.subject), RevokeUser(role=user.role, scope=user.scope), about())
        return await _planned(found, ics)

    found = on(work)
    assert found.events == {}
    assert found.left == (
        "1 link worker is here already; the file does not change them: amber (caseload limit)",
        "1 grant of the file taken away here since; not given again",
    )


def test_people_the_file_no_longer_names_or_names_otherwise_stay_and_it_is_said(on: On) -> None:
    ics = another("QZN")
    first, second, *rest = ics.link_workers
    changed = replace(ics, link_workers=(replace(first, name="Another", fte_percent=50), *rest), users=ics.users[:-2])

    async def work(found: Ground) -> tuple[Plan, int, int]:
        await onboard(found, ics)
        before, wanted = await _head(found, "QZN"), await _planned(found, changed)
        await onboard(found, changed)
        return wanted, before, await _head(found, "QZN")

    wanted, before, after = on(work)
    assert list(wanted.lines()) == []
    assert before == after
    assert wanted.left == (
        f"1 link worker is here already; the file does not change them: {first.id} (name, hours)",
        f"1 link worker is here and not in the file; they stay: {second.id}",
        "2 grants are here and not in the file; the users keep them",
    )


def test_everything_in_the_way_is_said_at_once_and_nothing_is_done(ours: Scene, on: On) -> None:
    taken = replace(NORTHAMPTONSHIRE, ods="QZB", database="elsewhere")

    async def work(found: Ground) -> tuple[str, dict[str, Any], dict[str, Any]]:
        await onboard(found, NORTHAMPTONSHIRE)
        before = await _everything(found)
        with pytest.raises(Refused) as refused:
            await onboard(found, taken)
        return str(refused.value), before, await _everything(found)

    said, before, after = on(work)
    assert before == after
    assert "database: elsewhere is not a server of this installation; there is main" in said
    assert "key_file: keys/qpm.key is the key of QPM; each ICS has one of its own" in said
    for trust, line in (("RNS", 1), ("RNQ", 2), ("RP1", 3)):
        assert f"[[trust]] {trust}: mllp_line {line} is QPM's {trust} already" in said


def test_an_ics_cannot_be_given_another_key(ours: Scene, on: On) -> None:
    async def work(found: Ground) -> list[str]:
        await onboard(found, another("QZK"))
        return await check(found, another("QZK", key_file="keys/other.key"), TODAY)

    assert on(work) == ["key_file: the key of QZK is keys/QZK.key; with another key nobody here could be read any more"]
    assert "other.key" not in _keys(ours)


def test_a_lost_key_is_not_replaced_by_a_new_one(ours: Scene, on: On) -> None:
    ics = another("QZM")
    on(lambda found: onboard(found, ics))
    path = Path(ours.installation.settings.data / ics.key_file)
    kept = path.read_bytes()
    path.unlink()
    try:
        with pytest.raises(Refused, match="the key of QZM cannot be read"):
            on(lambda found: onboard(found, ics))
        assert not path.exists()
    finally:
        path.write_bytes(kept)
