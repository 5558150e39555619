"""A table of referrals is taken in by everyone's road: all of it or nothing, once, with a line for each row."""

import asyncio
import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from commonweal.domain.people.consent import RefuseConsent
from commonweal.domain.tenant import PCN, Practice
from commonweal.intake.csv import read
from commonweal.kernel.handle import handle
from commonweal.runtime.cli_intake import intake
from commonweal.runtime.installation import Installation
from tests.intake.hospital_scene import ICS, Scene, scene
from tests.intake.referrer_scene import told
from tests.stage import play
from tests.tenant import about

FILE = Path(__file__).parent / "csv" / "referrals.csv"


async def called(on: Scene, file: Path, *more: object) -> Result:
    servers = on.servers
    settings = {
        "COMMONWEAL_DATABASE_URL": servers.database_url,
        "COMMONWEAL_VAULT_URL": servers.vault_url,
        "COMMONWEAL_NATS_URL": servers.nats_url,
        "COMMONWEAL_DATA": str(servers.settings.data),
    }
    words = ["csv", str(file), "--tenant", "qzi", *map(str, more)]
    return await asyncio.to_thread(CliRunner(env=settings).invoke, intake, words)


def lines(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)["lines"]
    return found


async def names(on: Scene) -> list[str]:
    return sorted(type(fact.event).__name__ for fact in await told(on))


BOTH = ["ConsentGiven"] * 3 + ["PersonRegistered"] * 2 + ["ReferralReceived"] * 2


def test_all_rows_are_received_and_the_same_file_again_changes_nothing(servers: Installation, tmp_path: Path) -> None:
    async def story(on: Scene) -> None:
        report = tmp_path / "report.csv"
        first = await called(on, FILE, "--json", "--report", report)
        assert first.exit_code == 0, first.output
        assert [(line["row"], line["result"]) for line in lines(first)] == [(2, "received"), (3, "received")]
        assert await names(on) == BOTH
        assert {fact.channel for fact in await told(on)} == {"csv"}
        with report.open(encoding="utf-8", newline="") as file:
            assert [row["referral_id"] for row in csv.DictReader(file)] == [
                line["referral_id"] for line in lines(first)
            ]
        assert "Testpatient" not in report.read_text(encoding="utf-8")
        again = await called(on, FILE)
        assert (again.exit_code, again.stdout) == (0, "2 rows: 2 had already\n")
        assert await names(on) == BOTH
        assert await told_elsewhere(on) == 0

    play(scene(servers), story)


async def told_elsewhere(on: Scene) -> int:
    """Events of referrals in the ICS beside."""
    facts = await on.there.streams.understand(await on.there.log.after(0, 100))
    return len([fact for fact in facts if fact.stream_id.startswith(("person-", "referral-"))])


def test_where_anything_is_wrong_nothing_is_done(servers: Installation, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(FILE.read_bytes().replace(b"voluntary,food", b"neighbour,food"))

    async def story(on: Scene) -> None:
        result = await called(on, wrong)
        assert result.exit_code == 1
        assert result.stdout.splitlines()[-1] == "1 mistake: nothing was done"
        assert result.stdout.startswith("row 3, referrer_role: referrer_role must be one of")
        assert await told(on) == []

    play(scene(servers), story)


def test_what_the_record_says_counts_before_anything_is_done(servers: Installation) -> None:
    """Someone known has said no to being contacted; the other row alone would be well."""

    async def story(on: Scene) -> None:
        await on.know()
        said_no = RefuseConsent(scope="contact", refused_on=datetime(2026, 3, 2, tzinfo=UTC).date())
        await handle(on.here.streams, "araminta", said_no, about())
        before = await names(on)
        result = await called(on, FILE, "--json")
        assert result.exit_code == 1
        (mistake,) = json.loads(result.stdout)["mistakes"]
        assert mistake["row"] == 2
        assert "since said no" in mistake["sentence"]
        assert await names(on) == before

    play(scene(servers), story)


def test_a_check_alone_does_nothing(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        result = await called(on, FILE, "--check")
        assert (result.exit_code, result.stdout) == (0, "2 rows, no mistake; nothing was done\n")
        assert await told(on) == []

    play(scene(servers), story)


def test_a_check_alone_writes_its_report_too(servers: Installation, tmp_path: Path) -> None:
    report, wrong = tmp_path / "report.csv", tmp_path / "wrong.csv"
    wrong.write_bytes(FILE.read_bytes().replace(b"voluntary,food", b"neighbour,food"))

    async def story(on: Scene) -> None:
        for file, results in ((FILE, ["no mistake", "no mistake"]), (wrong, ["no mistake", "mistake"])):
            await called(on, file, "--check", "--report", report)
            with report.open(encoding="utf-8", newline="") as written:
                found = list(csv.DictReader(written))
            assert [(row["row"], row["result"]) for row in found] == list(zip("23", results, strict=True))
        assert found[1]["reason"].startswith("referrer_role must be one of")
        assert await told(on) == []

    play(scene(servers), story)


def test_a_practice_the_ics_does_not_know_is_said_and_no_mistake(servers: Installation, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_bytes(FILE.read_bytes().replace(b"K83001", b"K99999"))

    async def story(on: Scene) -> None:
        abbey = PCN(
            ods="U11111", name="Abbey", since=date(2020, 1, 1), practices=(Practice(name="Abbey", ods="K83001"),)
        )
        await handle(on.here.streams, "QZI", replace(ICS, pcns=(abbey,)), about())
        for more, last in (("--check", "2 rows, no mistake; nothing was done"), ("--json", "")):
            result = await called(on, elsewhere, more)
            assert result.exit_code == 0
            assert "gp_practice is of no PCN of this ICS" in result.stdout
            assert result.stdout.splitlines()[-1].endswith(last)
        assert await names(on) == BOTH

    play(scene(servers), story)


def test_what_was_cut_off_half_way_is_finished_by_the_same_file(servers: Installation) -> None:
    """A person was made known and had agreed; then the machine went down."""

    async def story(on: Scene) -> None:
        now = datetime.now(UTC)
        row = read(FILE.read_bytes(), now).rows[1]
        road = row.road("QZI", now)
        await handle(on.here.streams, road.record("person"), row.arrival.someone, road.about("register"))
        assert (await called(on, FILE)).exit_code == 0
        assert await names(on) == BOTH, "nobody is made known twice"

    play(scene(servers), story)


def test_the_columns_can_be_asked_for() -> None:
    result = CliRunner().invoke(intake, ["csv", "--columns"])
    assert result.exit_code == 0
    assert result.stdout.startswith("name,date_of_birth,nhs_number,")
