"""Starting and stopping an installation, in order and out of order."""

import asyncio
import json
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from commonweal.runtime.installation import installation
from commonweal.runtime.supervisor import NAMES
from tests.runtime.conftest import Supervised, eventually

Start = Callable[..., Supervised]


def gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # between the two
        return True


def database(supervised: Supervised) -> psycopg.Connection:
    told = json.loads((supervised.settings.data / "run.json").read_text())
    return psycopg.connect(told["database_url"], autocommit=True)


def test_everything_gets_ready_in_order_and_ctrl_c_stops_it_the_other_way_round(supervise: Start, data: Path) -> None:
    supervised = supervise().ready()
    started = supervised.descendants()
    assert {*NAMES, "postgres", "nats"} <= started.keys()
    assert supervised.ends(signal.SIGINT) == 0
    said = supervised.said()
    assert re.findall(r"\| (\w+) ready\n", said) == list(NAMES)
    assert said.index("postgres, nats ready") < said.index("prepared on") < said.index("relay ready")
    assert re.findall(r"\| (\w+) stopped\n", said) == [*reversed(NAMES), "nats", "postgres"]
    assert said.count("asked to stop") == len(NAMES)
    assert all(gone(process) for process in started.values())
    assert not (data / "run.json").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_can_be_stopped_while_it_starts(supervise: Start, number: signal.Signals) -> None:
    supervised = supervise()
    supervised.until("prepared on")
    started = supervised.descendants()
    assert supervised.ends(number) == 0
    assert all(gone(process) for process in started.values())


def test_a_second_start_on_the_same_data_is_refused_with_the_reason(running: Supervised, supervise: Start) -> None:
    second = supervise(settings={"COMMONWEAL_DATA": str(running.settings.data)})
    assert second.ends() == 1
    assert f"{running.settings.data} is in use by process {running.process.pid}" in second.said()
    assert running.process.poll() is None


def test_another_command_finds_what_runs_by_its_data_folder(running: Supervised) -> None:
    async def find() -> tuple[str, str]:
        async with installation(running.settings) as found:
            await (await found.accounts.connect(found.nats_url, "PLATFORM", "process")).close()
            async with await psycopg.AsyncConnection.connect(found.vault_url) as connection:
                row = await (await connection.execute("SELECT current_database()")).fetchone()
        assert row is not None
        return row[0], found.nats_url

    told = json.loads((running.settings.data / "run.json").read_text())
    assert asyncio.run(find()) == ("commonweal_vault", told["nats_url"])
    assert told["pid"] == running.process.pid
    assert stat.S_IMODE((running.settings.data / "run.json").stat().st_mode) == 0o600
    assert running.process.poll() is None


def test_postgresql_never_runs_as_root(running: Supervised) -> None:
    assert running.descendants()["postgres"].uids().effective != 0


@pytest.mark.parametrize("variable", ["COMMONWEAL_PORT", "COMMONWEAL_MLLP_PORT"])
def test_a_busy_port_is_said_before_anything_starts(supervise: Start, data: Path, variable: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        supervised = supervise(settings={variable: str(port)})
        assert supervised.ends() == 1
    assert f"port {port} on 127.0.0.1 cannot be had" in supervised.said()
    assert f"{variable.replace('COMMONWEAL', '-').replace('_', '-').lower()} or {variable}" in supervised.said()
    assert [path.name for path in data.iterdir()] == ["lock"]


def test_a_refused_start_leaves_no_data_folder_behind_that_it_made(supervise: Start, data: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1] - 3)
        supervised = supervise(settings={"COMMONWEAL_MLLP_PORT": port, "COMMONWEAL_DATA": str(data / "new")})
        assert supervised.ends() == 1
    assert f"the MLLP lines 0 to 7 take the ports {port} to" in supervised.said()
    assert not (data / "new").exists()


def test_killing_the_supervisor_leaves_nothing_running_and_loses_nothing(supervise: Start) -> None:
    supervised = supervise().ready()
    with database(supervised) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
        started = supervised.descendants()
        started["follower"].send_signal(signal.SIGSTOP)  # one that would not answer a polite request
        supervised.ends(signal.SIGKILL)
        eventually(lambda: all(gone(process) for process in started.values()), 10)
    again = supervise().ready()
    with database(again) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    assert again.ends(signal.SIGTERM) == 0


def test_a_killed_postgresql_is_named_and_started_again_and_loses_nothing(supervise: Start) -> None:
    supervised = supervise().ready()
    with database(supervised) as connection:
        connection.execute("CREATE TABLE kept (number integer)")
        for number in range(100):
            connection.execute("INSERT INTO kept VALUES (%s)", (number,))
        supervised.descendants()["postgres"].kill()
        supervised.until("postgres was started again")
    assert "postgres ended on its own (SIGKILL): starting it again" in supervised.said()
    with database(supervised) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (100,)
    assert supervised.ends(signal.SIGTERM) == 0


def comes_back(supervised: Supervised, name: str) -> None:
    """Once killed, in a process of its own, while the others go on."""
    before = supervised.descendants()
    before[name].kill()
    supervised.until(f"{name} was started again")
    eventually(lambda: name in supervised.descendants())
    after = supervised.descendants()
    assert after[name].pid != before[name].pid
    assert {other: after[other].pid for other in after if other in NAMES and other != name} == {
        other: before[other].pid for other in before if other in NAMES and other != name
    }


def test_whatever_is_killed_is_started_again_at_the_same_address(supervise: Start) -> None:
    supervised = supervise().ready()
    told = (supervised.settings.data / "run.json").read_bytes()
    for name in ("nats", "relay"):
        comes_back(supervised, name)
        assert (supervised.settings.data / "run.json").read_bytes() == told
    assert supervised.ends(signal.SIGTERM) == 0
    assert re.findall(r"\| (\w+) stopped\n", supervised.said()) == [*reversed(NAMES), "nats", "postgres"]


def test_a_process_that_ends_again_and_again_is_named_and_stops_the_rest(supervise: Start) -> None:
    supervised = supervise("reactor=end")
    supervised.until("reactor ready")
    supervised.until("everything ready")
    started = supervised.descendants()
    assert supervised.ends(seconds=60) == 1
    assert "reactor ended on its own (code 1): starting it again" in supervised.said()
    assert "reactor ended on its own (code 1): stopping the rest" in supervised.said()
    assert "RuntimeError" in supervised.said()
    assert "9434765919" not in supervised.said()
    assert all(gone(process) for process in started.values())


@pytest.fixture
def python_for_all(data: Path) -> tuple[str, dict[str, str]]:
    """A Python that user nobody can run, linked from ours where ours lies out of its reach; with its environment."""
    whole = Path(sys.base_prefix)
    own = data / "python"
    left_out = shutil.ignore_patterns("site-packages", "test", "__pycache__", "*.a", "config-*")
    libraries = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (own / "bin").mkdir(parents=True)
    shutil.copy(Path(sys.executable).resolve(), own / "bin" / "python3")
    shutil.copytree(whole / "lib" / libraries, own / "lib" / libraries, ignore=left_out, copy_function=link)
    for shared in (whole / "lib").glob("libpython*"):
        link(str(shared), str(own / "lib" / shared.name))
    programs = os.pathsep.join((sysconfig.get_path("scripts"), "/usr/bin", "/bin"))
    paths = os.pathsep.join(path for path in sys.path if path and not path.startswith(str(whole)))
    return str(own / "bin" / "python3"), {
        "PYTHONPATH": paths,
        "LD_LIBRARY_PATH": str(own / "lib"),
        "PYTHONHOME": str(own),
        "PATH": programs,
    }


def link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)
    return target


@pytest.mark.skipif(os.geteuid() != 0, reason="we are an ordinary user already: every other test shows it")
def test_an_ordinary_user_can_run_everything(
    supervise: Start, data: Path, python_for_all: tuple[str, dict[str, str]]
) -> None:
    nobody = pwd.getpwnam("nobody")
    own = data / "installation"
    own.mkdir(0o700)
    os.chown(own, nobody.pw_uid, nobody.pw_gid)
    python, env = python_for_all
    who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    supervised = supervise(python=python, env=env, settings={"COMMONWEAL_DATA": str(own)}, **who).ready()
    assert {process.uids().effective for process in supervised.descendants().values()} == {nobody.pw_uid}
    assert supervised.ends(signal.SIGINT) == 0
