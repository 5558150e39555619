"""The awards of an ICS leave it as a file: all of them or none, a few at a time, with a sentence where they cannot."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from commonweal.domain.chest import grant_award
from commonweal.kernel.append import About
from commonweal.kernel.handle import handle
from commonweal.runtime.answering import Answering
from commonweal.runtime.asking import answered
from commonweal.runtime.export_awards import Piece, pieces, publisher
from commonweal.runtime.ground import EXAMPLES, ground
from commonweal.runtime.public import anybody
from commonweal.runtime.schema import Asker, schema
from commonweal.runtime.simulate.chest import AWARDS
from tests.runtime.command_scene import Scene, scene

EXPORT = ("chest", "export", "--as", "360giving", "--tenant")


@pytest.fixture(scope="module")
def played() -> Iterator[Scene]:
    """A year of chests in North East London; Northamptonshire has neither chests nor a prefix."""
    with scene(EXAMPLES / "north_east_london.toml", EXAMPLES / "northamptonshire.toml") as made:
        assert "no award has been accepted in North East London yet" in made.refusal(*EXPORT, "QMF")
        assert made.run("simulate", "--tenant", "QMF", "--chest").exit_code == 0
        yield made


def test_the_awards_are_written_to_standard_output_and_nothing_else_is(played: Scene) -> None:
    answer = played.run(*EXPORT, "qmf")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert len(found["grants"]) == AWARDS
    assert all(each["id"].startswith("360G-Example-") for each in found["grants"])
    assert answer.stdout.count("\n") == AWARDS + 2


def test_a_file_is_there_as_a_whole_or_not_at_all(played: Scene, tmp_path: Path) -> None:
    file = tmp_path / "awards.json"
    answer = played.run(*EXPORT, "QMF", "--to", file)
    assert f"{AWARDS} awards written to" in answer.stderr
    fund = json.loads(file.read_text("utf-8"))["grants"][0]["grantProgramme"][0]["code"]
    file.unlink()
    assert "no award has been accepted" in played.refusal(*EXPORT, "QMF", "--fund", "nobody", "--to", file)
    assert list(tmp_path.iterdir()) == []
    played.run(*EXPORT, "QMF", "--fund", fund, "--to", file)
    assert 0 < len(json.loads(file.read_text("utf-8"))["grants"]) < AWARDS


def test_an_ics_without_a_prefix_is_told_where_to_put_one(played: Scene) -> None:
    assert 'put giving_prefix = "360G-…" into the file of the ICS' in played.refusal(*EXPORT, "QPM")
    assert "no ICS with the code QZZ" in played.refusal(*EXPORT, "QZZ")


def test_what_is_long_is_read_and_written_a_few_at_a_time(played: Scene) -> None:
    answering, most = Answering(schema(introspection=False)), 0

    async def ask(asker: Asker, document: str, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        nonlocal most
        found = await answered(answering, asker, document.replace("first: 200", "first: 20"), operation, variables)
        most = max(most, len(found["awards"]["edges"]))
        return found

    async def read() -> list[Piece]:
        async with ground(played.installation) as opened:
            tenant = await opened.store.tenant("QMF")
            of = await publisher(tenant, played.installation.settings.address)
            return [each async for each in pieces(ask, anybody(tenant), of, {})]

    found = asyncio.run(read())
    assert [(each.done, each.total) for each in found] == [(20, 82), (40, 82), (60, 82), (80, 82), (82, 82)]
    assert most == 20
    whole = json.loads("".join(each.text for each in found))
    assert len({each["id"] for each in whole["grants"]}) == AWARDS
    assert whole == json.loads(played.run(*EXPORT, "QMF").stdout)


def test_what_is_left_out_of_a_file_is_said_beside_it(played: Scene, tmp_path: Path) -> None:
    """The last test of these: awards are without a name from then on."""
    before = json.loads(played.run(*EXPORT, "QMF").stdout)["grants"]
    assert "left out" not in played.run(*EXPORT, "QMF").stderr
    fund = before[0]["grantProgramme"][0]["code"]
    ids = [each["id"].removeprefix("360G-Example-") for each in before if each["grantProgramme"][0]["code"] == fund]

    async def hide(*grants: str) -> None:
        async with ground(played.installation) as opened:
            streams = (await opened.store.tenant("QMF")).streams
            for each in grants:
                wish = grant_award.PublishAward(unnamed=True, by="olu")
                about = About(command_id=uuid4(), occurred_at=datetime.now(UTC), actor="olu", channel="test")
                await handle(streams, each, wish, about)

    asyncio.run(hide(ids[0]))
    answer = played.run(*EXPORT, "QMF", "--to", tmp_path / "awards.json")
    assert f"{AWARDS - 1} awards written to" in answer.stderr
    assert f"{AWARDS - 1} of {AWARDS} awards in the file: 1 left out" in " ".join(answer.stderr.split())
    asyncio.run(hide(*ids[1:]))
    said = played.refusal(*EXPORT, "QMF", "--fund", fund)
    assert said.startswith("of no award in North East London is it told who has it")
