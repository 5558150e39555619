"""An operator puts back what a restored database has lost."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from commonweal.domain.message import Refused
from commonweal.kernel.relay import Relay
from commonweal.runtime.cli_up import prepare
from commonweal.runtime.ground import EXAMPLES
from commonweal.runtime.open_store import open_store
from tests.runtime.command_scene import Scene, scene

LOST = 7


@pytest.fixture(scope="module")
def restored() -> Iterator[Scene]:
    """An ICS whose stream had everything when its log lost its last events, with the keys they held."""
    with scene(EXAMPLES / "northamptonshire.toml") as made:
        asyncio.run(relayed(made))
        with psycopg.connect(made.installation.database_url) as admin:
            admin.execute("delete from qpm.events where position > (select position from qpm.head) - %s", (LOST,))
            admin.execute("update qpm.head set position = position - %s", (LOST,))
        yield made


async def relayed(made: Scene) -> None:
    store = open_store(made.installation, "test")
    nats = await made.installation.accounts.connect(made.installation.nats_url, "QPM", "relay")
    await Relay("QPM", (await store.tenant("QPM")).log, nats).catch_up()
    await nats.close()
    await store.close()


def test_the_road_from_a_restored_log_to_a_whole_one(restored: Scene) -> None:
    with pytest.raises(Refused, match="commonweal tenants recover QPM"):
        asyncio.run(prepare(restored.installation))
    found = restored.ask("tenants", "recover", "QPM", "--check")
    assert (found["tenant"], found["missing"], found["stream"] - found["log"]) == ("QPM", LOST, LOST)
    would = restored.run("tenants", "recover", "qpm", "--check").stdout
    assert f"{LOST} events can be put back" in would
    assert restored.ask("tenants", "recover", "QPM", "--check") == found

    done = restored.run("tenants", "recover", "QPM")
    assert done.exit_code == 0
    assert f"the stream ends at {found['stream']}: {LOST} events put back" in done.stdout
    assert "ask the trusts to send again" in done.stdout
    again = restored.run("tenants", "recover", "QPM").stdout
    assert "QPM: nothing is missing" in again
    assert "trusts" not in again
    asyncio.run(prepare(restored.installation))
    asyncio.run(relayed(restored))


def test_an_ics_that_is_not_here_is_refused(restored: Scene) -> None:
    assert "no ICS with the code QZZ is hosted here" in restored.refusal("tenants", "recover", "QZZ")
