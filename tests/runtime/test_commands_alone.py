"""A command finds servers that go away under it, or an installation that is not running: it ends with one sentence."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from nats.errors import NoServersError
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from commonweal.domain.message import Refused
from commonweal.runtime import cli_verify
from commonweal.runtime.at_hand import carry_out, counted
from commonweal.runtime.cli_up import next_commands
from commonweal.runtime.cli_verify import first_difference, verify_all
from commonweal.runtime.ground import EXAMPLES, ground
from commonweal.runtime.settings import load
from tests.runtime.command_scene import Scene, scene


@pytest.fixture(scope="module")
def hosting() -> Iterator[Scene]:
    """Northamptonshire."""
    with scene(EXAMPLES / "northamptonshire.toml") as made:
        yield made


async def _fails(failure: Exception) -> None:
    await asyncio.sleep(0)
    raise failure


@pytest.mark.parametrize(
    ("failure", "server"),
    [
        (OperationalError("terminating connection"), "PostgreSQL"),
        (PoolTimeout("couldn't get a connection"), "PostgreSQL"),
        (NoServersError(), "NATS"),
        (
            ExceptionGroup("several", [OperationalError("gone"), ExceptionGroup("more", [PoolTimeout("")])]),
            "PostgreSQL",
        ),
    ],
    ids=lambda each: type(each).__name__,
)
def test_servers_that_went_away_are_one_sentence(failure: Exception, server: str) -> None:
    with pytest.raises(Refused, match=rf"{server} does not answer \(\w+\): is the installation still running"):
        carry_out(_fails(failure))


def test_a_mistake_of_ours_is_not_taken_for_servers_that_went_away() -> None:
    with pytest.raises(ExceptionGroup):
        carry_out(_fails(ExceptionGroup("several", [OperationalError("gone"), KeyError("ours")])))


def test_links_that_sign_in_are_printed_again_for_the_address_it_runs_at(hosting: Scene) -> None:
    said = hosting.run("links").stdout
    settings = hosting.installation.settings
    assert "Northamptonshire (QPM)" in said
    assert said.count(f"http://{settings.host}:{settings.port}/sign-in/") >= 3


def test_what_one_does_next_is_printed_as_it_is_typed_here(tmp_path: Path) -> None:
    elsewhere = "\n".join(next_commands(load({"COMMONWEAL_DATA": f"{tmp_path}/my data", "COMMONWEAL_PORT": "8123"})))
    assert f"COMMONWEAL_DATA='{tmp_path}/my data' ./go commonweal simulate --tenant " in elsewhere
    assert "curl -s http://127.0.0.1:8123/graphql" in elsewhere
    assert "COMMONWEAL_DATA" not in "\n".join(next_commands(load({})))


def test_where_nothing_runs_verify_says_so_at_once_and_what_to_do(
    hosting: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_verify, "PATIENCE", 120.0)

    async def main() -> str | None:
        async with ground(hosting.installation) as found:
            await found.store.roster()
            tenant = await found.store.tenant("QPM")
            return first_difference(await verify_all(replace(hosting.installation, alone=True), [tenant]))

    async def in_good_time() -> str | None:
        async with asyncio.timeout(60):  # less than it would wait for a relay that is at work
            return await main()

    said = asyncio.run(in_good_time())
    assert said is not None
    assert said.endswith("the installation is stopped and nothing goes on by itself: start ./go up and ask again")


def test_one_is_one_and_several_are_several() -> None:
    assert [counted(number, "room") for number in (0, 1, 2, 1204)] == ["0 rooms", "1 room", "2 rooms", "1,204 rooms"]
