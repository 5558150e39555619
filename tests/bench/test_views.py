"""The bench of views asks real servers for the same board, and would rather stop than compare two different answers."""

import asyncio
import copy
import socket
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from commonweal.runtime import bench as bench_module
from commonweal.runtime.bench import views, views_board, views_ground, views_load, views_peers
from commonweal.runtime.bench.measure import Plan
from commonweal.runtime.installation import Installation

pytestmark = pytest.mark.anyio
SHORT = Plan(seconds=0.2, rounds=1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def left_behind(servers: Installation) -> list[Any]:
    query = """
    select nspname from pg_namespace where nspname in ('qzv', %(peers)s)
    union all select rolname from pg_roles where rolname like 'qzv%%' or rolname = %(login)s
    """
    async with await psycopg.AsyncConnection.connect(servers.database_url) as admin:
        known = {"peers": views_peers.SCHEMA, "login": views_peers.LOGIN}
        return await (await admin.execute(query, known)).fetchall()


async def test_the_board_is_measured_beside_a_plain_route_and_missing_peers_are_not_guessed(
    servers: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nowhere(_tell: Any) -> None:
        return None

    monkeypatch.setattr(views_peers, "installed", nowhere)
    rows = await views.measure(servers, SHORT, events=1_000)
    assert len({row.case for row in rows}) == len(rows) == 7
    assert all(row.ours.rate > 0 for row in rows)
    assert [row.ratio is None for row in rows] == [False, True, True, False, False, False, False]
    assert await left_behind(servers) == []


async def test_the_peers_tables_hold_the_same_board_for_a_login_that_sees_one_tenant(servers: Installation) -> None:
    async with (
        views_ground.ground(servers, 1_000, lambda _: None) as here,
        views_peers.tables(servers, here.tenant.placement) as url,
        await psycopg.AsyncConnection.connect(url, autocommit=True) as peer,
    ):
        query = f"select count(*), count(person_id), count(practice) from {views_peers.SCHEMA}.referral"  # noqa: S608
        await peer.execute(f"set app.tenant = '{here.tenant.ods}'".encode())
        assert await (await peer.execute(query.encode())).fetchall() == [(here.cases,) * 3]
        await peer.execute(b"set app.tenant = 'QZX'")
        assert await (await peer.execute(query.encode())).fetchall() == [(0, 0, 0)]
    assert await left_behind(servers) == []


def board() -> dict[str, Any]:
    node = {"id": "r", "receivedAt": "2026-01-05T09:00:00Z", "since": "2026-01-05T09:00:00Z", "phase": "ALLOCATED"}
    edges = [{"cursor": str(number), "node": {**node, "id": f"r{number}"}} for number in range(views_board.PAGE)]
    return {"edges": edges, "asOf": "2026-01-05T09:00:00Z"}


def test_an_answer_that_differs_in_one_field_stops_the_bench() -> None:
    same = board()
    for edge in same["edges"]:
        edge["cursor"] = "theirs"
        edge["node"]["since"] = "2026-01-05T09:00:00+00:00"
    views._same_referrals("a peer", board(), copy.deepcopy(same))
    same["edges"][7]["node"]["phase"] = "ENGAGED"
    with pytest.raises(RuntimeError, match="phase"):
        views._same_referrals("a peer", board(), same)
    with pytest.raises(RuntimeError, match="does not answer the same"):
        views._same_referrals("a peer", board(), {"edges": same["edges"][:-1]})


@pytest.mark.parametrize("status", [200, 500])
async def test_only_answers_that_were_granted_are_counted(status: int) -> None:
    served = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        while await reader.readline() not in (b"", b"\r\n"):
            pass
        while not reader.at_eof():
            served += 1
            writer.write(b"HTTP/1.1 %d x\r\ncontent-length: 4\r\n\r\nsaid" % status)
            await writer.drain()
            while await reader.readline() not in (b"", b"\r\n"):
                pass
        writer.close()

    with socket.create_server(("127.0.0.1", 0)) as door:
        server = await asyncio.start_server(answer, sock=door)
        wish = views_load.Wish(door.getsockname()[1], views_load.request("/x", "t"), 2, 0.1)
        try:
            if status == 200:
                answered = await views_load._asked(wish)
                assert answered.body == b"said"
                assert answered.items == len(answered.latencies) == served
            else:
                with pytest.raises(RuntimeError, match="answered 500"):
                    await views_load._asked(wish)
        finally:
            server.close()


def test_a_bench_that_has_no_events_to_choose_says_so() -> None:
    answer = CliRunner().invoke(bench_module.bench, ["command", "--events", "1000"])
    assert answer.exit_code == 1
    assert "no --events" in answer.output
