"""Messages somebody hands in as files go the same road, and each is told what became of it in one line."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from commonweal.runtime.cli_intake import intake
from commonweal.runtime.installation import Installation
from tests.intake.hospital_scene import Scene, scene, sent
from tests.stage import play

FIELDS = [
    "file", "ack", "reason", "type", "event_kind", "control_id", "sending_facility", "nhs_number", "mrn", "occurred_at",
    "merged_from", "death", "stream_id", "repeated",
]  # fmt: skip


def written(folder: Path, messages: Mapping[str, bytes]) -> list[str]:
    """Files with these messages."""
    for name, raw in messages.items():
        (folder / name).write_bytes(raw)
    return [str(folder / name) for name in messages]


async def called(on: Scene, *arguments: str) -> Result:
    servers = on.servers
    settings = {
        "COMMONWEAL_DATABASE_URL": servers.database_url,
        "COMMONWEAL_VAULT_URL": servers.vault_url,
        "COMMONWEAL_NATS_URL": servers.nats_url,
        "COMMONWEAL_DATA": str(servers.settings.data),
    }
    return await asyncio.to_thread(CliRunner(env=settings).invoke, intake, ["hl7v2", *arguments])


def test_each_file_is_a_line_with_what_it_says_and_what_became_of_it(servers: Installation, tmp_path: Path) -> None:
    elsewhere = sent("a03_discharge", ("|PAS|RZZ01|", "|PAS|RXX01|"))
    files = written(tmp_path, {"one.hl7": elsewhere, "two.hl7": b"no message", "one_again.hl7": elsewhere})

    async def story(on: Scene) -> None:
        result = await called(on, *files, "--tenant", "QZI", "--json")
        assert result.exit_code == 1, result.output  # one of them is none
        one, two, again = [json.loads(line) for line in result.output.splitlines()]
        assert list(one) == FIELDS
        assert (one["ack"], one["event_kind"], one["sending_facility"]) == ("AA", "discharge", "RXX01")
        assert (one["nhs_number"], one["occurred_at"]) == ("9434765919", "2026-03-29T11:55:00+01:00")
        assert (two["ack"], two["type"]) == ("AR", None)
        assert "MSH" in two["reason"]
        assert again == one | {"file": files[2], "repeated": True}
        assert (one["repeated"], str(one["stream_id"]).startswith("hospital_episode-")) == (False, True)
        assert await on.events() == ["PatientDischarged"]

    play(scene(servers), story)


def test_without_json_each_file_is_named_with_its_answer(servers: Installation, tmp_path: Path) -> None:
    files = written(tmp_path, {"one.hl7": sent("a03_discharge")})

    async def story(on: Scene) -> None:
        result = await called(on, *files, "--tenant", "QZI", "--trust", "RZZ")
        assert result.exit_code == 0
        assert result.output == f"AA  {files[0]}  discharge\n1 message: 1 AA\n"
        again = await called(on, *files, "--tenant", "qzi", "--trust", "rzz")
        assert again.output == f"AA  {files[0]}  discharge (had already)\n1 message: 1 AA\n"

    play(scene(servers), story)


def test_of_very_many_files_fifty_are_named_and_all_are_counted(servers: Installation, tmp_path: Path) -> None:
    files = written(tmp_path, {f"{number}.hl7": b"no message %d" % number for number in range(53)})

    async def story(on: Scene) -> None:
        result = await called(on, *files, "--tenant", "QZI")
        assert result.exit_code == 1
        lines = result.output.splitlines()
        assert [line.split()[:3] for line in lines[:50]] == [["AR", file, "unreadable:"] for file in files[:50]]
        assert lines[50] == "and 3 more files; all of them together:"
        assert lines[-1] == "53 messages: 53 AR"

    play(scene(servers), story)


def test_an_ics_or_trust_that_is_not_here_is_refused_in_a_sentence(servers: Installation, tmp_path: Path) -> None:
    files = written(tmp_path, {"one.hl7": sent("a03_discharge")})

    async def story(on: Scene) -> None:
        no_ics = await called(on, *files, "--tenant", "QZX")
        assert no_ics.exit_code == 1
        assert "no ICS with the code QZX is hosted here" in str(no_ics.exception)
        no_trust = await called(on, *files, "--tenant", "QZI", "--trust", "RXX")
        assert (no_trust.exit_code, str(no_trust.exception)) == (1, "RXX is not a trust of QZI; it has RZZ")
        assert await on.rows() == []

    play(scene(servers), story)
