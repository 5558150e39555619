"""`commonweal dlq` and `commonweal trusts`: what nobody took is looked at and tried again; trusts get keys and lose them."""

import asyncio
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import nats.errors
import pytest
from nats.aio.client import Client, RawCredentials

from commonweal.domain.message import Refused
from commonweal.integrations.delivery import Outcome
from commonweal.integrations.delivery.outbox import Outbox
from commonweal.kernel.handle import handle
from commonweal.runtime.open_store import open_store
from tests import story
from tests.runtime.command_scene import Scene, scene
from tests.tenant import about

NAME = "Canary Finch"
ICS = """
ods = "QPM"
name = "Northamptonshire"
gss = "E54000059"
key_file = "keys/qpm.key"
place = []
pcn = []

[[trust]]
ods = "RNS"
name = "Northampton General Hospital"
task_endpoint = "http://127.0.0.1:9/fhir"

[[trust]]
ods = "RNQ"
name = "Kettering General Hospital"
told_by = "stream"
out_days = 3
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Two ICSs; in one of them, deliveries to two trusts are parked."""
    folder = tmp_path_factory.mktemp("ics")
    with scene() as found:
        for code, gss in (("QPM", "E54000059"), ("QMF", "E54000029")):
            file = folder / f"{code}.toml"
            file.write_text(ICS.replace("QPM", code).replace("qpm", code.lower()).replace("E54000059", gss))
            result = found.run("tenants", "onboard", file)
            assert result.exit_code == 0, result.output
            assert "stream OUT_RNQ, and INTAKE of RNQ" in result.output
            assert "nothing to do" in found.run("tenants", "onboard", file).output
        asyncio.run(_park(found))
        yield found


async def _park(found: Scene) -> None:
    store = open_store(found.installation, "test")
    try:
        here = await store.tenant("QPM")
        for trust in ("RNS", "RNQ"):
            await handle(here.streams, f"p-{trust}", story.registered(NAME), about())
            await handle(here.streams, f"p-{trust}", story.agreed(), about())
            received = story.referred(f"p-{trust}", f"ref-{trust}", source_org=trust, setting="ed")
            await handle(here.streams, f"r-{trust}", received, about())
        outbox = Outbox("emergency_department", here.pool.borrow)
        events = [each for each in await here.log.after(0, 1000) if each.type == "ReferralReceived"]
        wanted = [(each, each.stream_id.removeprefix("referral-r-")) for each in events]
        await outbox.add(wanted, await outbox.position(), await here.log.head())
        for trust in ("RNS", "RNQ"):
            for delivery in await outbox.take(trust, 10, 60.0):
                await outbox.settle(delivery, Outcome("parked", 400, "refused"))
    finally:
        await store.close()


def test_what_is_parked_is_listed_and_shown_without_a_word_of_the_person(made: Scene) -> None:
    found = made.ask("dlq", "list")
    assert {(each["tenant"], each["recipient"], each["error"]) for each in found} == {
        ("QPM", "RNS", "400 refused"), ("QPM", "RNQ", "400 refused"),
    }  # fmt: skip
    assert made.ask("dlq", "list", "--tenant", "QMF") == []
    text = made.run("dlq", "list").output
    assert "ReferralReceived" in text
    event = found[0]["event_id"]
    shown = made.run("dlq", "show", event).output
    assert found[0]["stream_id"] in shown
    assert made.ask("dlq", "show", event, "--tenant", "qpm")[0]["attempts"] == 1
    for words in (json.dumps(found), text, shown):
        assert NAME not in words
        assert "ref-" not in words
    assert "nobody was to be told" in made.refusal("dlq", "show", uuid4())


def test_what_is_to_be_tried_again_is_named(made: Scene) -> None:
    assert "say with --tenant in which ICS" in made.refusal("dlq", "replay", "--all")
    assert "say what is to be tried again" in made.refusal("dlq", "replay", "--tenant", "QPM")
    assert made.ask("dlq", "replay", "--tenant", "QMF", "--all") == {"waiting": 0, "overtaken": 0}
    assert made.ask("dlq", "replay", "--tenant", "QPM", "--trust", "rns") == {"waiting": 1, "overtaken": 0}
    (left,) = made.ask("dlq", "list")
    assert left["recipient"] == "RNQ"
    UUID(left["event_id"])
    said = made.run("dlq", "replay", left["event_id"], "--tenant", "QPM").output
    assert "tried again: 1" in said
    assert made.run("dlq", "list").output == "nothing is parked\n"


async def enters(url: str, key: str) -> bool:
    client = Client()
    try:
        await client.connect(url, user_credentials=RawCredentials(key), max_reconnect_attempts=1, allow_reconnect=False)
        await client.flush()
    except nats.errors.Error:
        return False
    else:
        return True
    finally:
        await client.close()


def test_a_trust_gets_a_key_in_a_file_of_its_own_and_loses_it(made: Scene, tmp_path: Path) -> None:
    file = tmp_path / "rnq.creds"
    result = made.run("trusts", "credentials", "QPM", "RNQ", "--to", file, "--days", 30)
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = file.read_text()
    assert "SEED" in key
    assert key.split()[-5] not in result.output
    assert "is there already" in made.refusal("trusts", "credentials", "QPM", "RNQ", "--to", file)
    assert "has no stream of its own" in made.refusal("trusts", "credentials", "QPM", "RNS", "--to", tmp_path / "no")
    assert not (tmp_path / "no").exists()
    away = tmp_path / "no" / "rnq.creds"
    assert "is no folder that can be written to" in made.refusal("trusts", "credentials", "QPM", "RNQ", "--to", away)
    unknown = made.refusal("trusts", "credentials", "QPM", "ZZZ", "--to", tmp_path / "no")
    assert unknown.startswith("there is no trust ZZZ in QPM; it has ")
    (known,) = [each for each in made.ask("trusts", "list") if (each["tenant"], each["trust"]) == ("QPM", "RNQ")]
    assert (known["told_by"], known["out_days"], len(known["credentials"])) == ("stream", 3, 1)
    assert asyncio.run(enters(made.installation.nats_url, key))
    assert "1 key" in made.run("trusts", "revoke", "QPM", "RNQ").output
    assert not asyncio.run(enters(made.installation.nats_url, key))
    assert "was never given credentials" in made.refusal("trusts", "revoke", "QPM", "RNS")
    assert "there is no trust ZZZ in QMF" in made.refusal("trusts", "revoke", "QMF", "ZZZ")
    assert made.run("trusts", "list").exit_code == 0


def test_an_ics_that_is_not_hosted_is_refused(made: Scene) -> None:
    for words in (("dlq", "list", "--tenant", "QXX"), ("trusts", "revoke", "QXX", "RNS")):
        with pytest.raises(Refused, match="no ICS with the code QXX"):
            raise Refused(made.refusal(*words))
