"""An operator onboards ICSs from their files, and sees what is hosted."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from commonweal.runtime.cli_tenants import behind
from commonweal.runtime.ground import EXAMPLES
from projections import READ_MODELS
from tests.runtime.command_scene import Scene, scene

NORTHAMPTONSHIRE = EXAMPLES / "northamptonshire.toml"
NORTH_EAST_LONDON = EXAMPLES / "north_east_london.toml"


@pytest.fixture(scope="module")
def hosting() -> Iterator[Scene]:
    """Nothing is onboarded to begin with."""
    with scene() as made:
        yield made


def test_the_road_from_an_empty_installation_to_two_ics(hosting: Scene) -> None:
    assert hosting.ask("tenants", "list") == []

    would = hosting.run("tenants", "onboard", NORTHAMPTONSHIRE, "--dry-run")
    assert would.exit_code == 0
    assert "Northamptonshire (QPM) would get:" in would.stdout
    assert "  key file keys/qpm.key\n" in would.stdout
    assert "  44 PracticeJoinedPCN\n" in would.stdout
    assert hosting.ask("tenants", "list") == []

    assert "Northamptonshire (QPM) gets:" in hosting.run("tenants", "onboard", NORTHAMPTONSHIRE).stdout
    done = hosting.ask("tenants", "onboard", NORTH_EAST_LONDON)
    assert (done["ods"], done["roster"], done["stream"], done["dry_run"]) == ("QMF", True, True, False)

    qmf, qpm = listed = hosting.ask("tenants", "list")
    assert (qpm["ods"], qpm["name"], qpm["database"]) == ("QPM", "Northamptonshire", "main")
    assert (qpm["users"], qpm["link_workers"], qpm["people"]) == (28, 4, 0)
    unread = {"version": 1, "position": 0, "lag": qpm["position"]}
    versions = {each.name: each.version for each in READ_MODELS}
    assert qpm["rooms"] == [{"name": name, **unread, "version": versions[name]} for name in sorted(versions)]
    assert qmf["ods"] == "QMF"
    said = hosting.run("tenants", "list").stdout
    assert "North East London" in said
    for each in listed:
        assert f"{sum(room['lag'] > 0 for room in each['rooms'])} of {len(each['rooms'])}" in said
    told = [line for line in said.splitlines() if line.endswith(" behind")]
    assert told == behind(listed)
    assert len(told) == sum(room["lag"] > 0 for each in listed for room in each["rooms"])

    again = hosting.run("tenants", "onboard", NORTHAMPTONSHIRE)
    assert again.stdout == "Northamptonshire (QPM) is as its file says: nothing to do\n"
    assert hosting.ask("tenants", "list") == listed


def test_a_file_with_mistakes_is_refused_with_every_one_of_them(hosting: Scene, tmp_path: Path) -> None:
    before = hosting.ask("tenants", "list")
    file = tmp_path / "wrong.toml"
    text = (
        NORTHAMPTONSHIRE.read_text().replace('ods = "QPM"', 'ods = "XPM"').replace("triage_days = 2", "triage_days = 0")
    )
    file.write_text(text.replace("mllp_line = 1", "mllp_line = 0"))
    for words in (["--dry-run"], []):
        result = hosting.run("tenants", "onboard", file, *words)
        assert result.exit_code == 1
        for named in ("ods", "triage_days", "mllp_line"):
            assert named in result.stderr
        assert result.stdout == ""
    assert hosting.run("tenants", "onboard", file, "--json").stdout.count("must be") >= 2
    assert hosting.ask("tenants", "list") == before


def test_what_clashes_with_another_ics_is_refused(hosting: Scene, tmp_path: Path) -> None:
    hosting.run("tenants", "onboard", NORTHAMPTONSHIRE)
    before = hosting.ask("tenants", "list")
    file = tmp_path / "clash.toml"
    file.write_text(NORTHAMPTONSHIRE.read_text().replace('ods = "QPM"', 'ods = "QZZ"'))
    result = hosting.run("tenants", "onboard", file)
    assert result.exit_code == 1
    assert "mllp_line 1 is QPM's RNS already" in result.stderr
    assert "keys/qpm.key is the key of QPM" in result.stderr
    assert hosting.ask("tenants", "list") == before


def test_a_file_that_is_not_there_is_said(hosting: Scene, tmp_path: Path) -> None:
    result = hosting.run("tenants", "onboard", tmp_path / "none.toml")
    assert result.exit_code == 1
    assert "cannot be read: No such file" in result.stderr


def test_without_a_running_installation_a_command_starts_what_it_needs(data: Path) -> None:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("COMMONWEAL_")}
    words = [sys.executable, "-c", "from commonweal.runtime.cli import main; main()"]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*words, *more], env={**environ, "COMMONWEAL_DATA": str(data)}, capture_output=True, text=True, timeout=60, check=False
        )  # fmt: skip

    listed = run("tenants", "list", "--json")
    assert (listed.returncode, listed.stdout) == (0, "[]\n"), listed.stderr
    nowhere = f"no ICS with the code QPM is hosted here (data folder {data}; COMMONWEAL_DATA names another)\n"
    refused = run("simulate", "--tenant", "QPM", "--referrals", "1")
    assert refused.returncode == 1
    assert refused.stderr == f"commonweal: {nowhere}"
    assert refused.stdout == ""
    refused = run("token", "--tenant", "QPM", "--role", "triager", "--subject", "demo-none")
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", f"commonweal: {nowhere}")
