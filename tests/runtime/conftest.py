"""A supervisor in a process of its own, which a test may interrupt, kill and start again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
import pytest

from commonweal.runtime.ports import LINES
from commonweal.runtime.settings import Settings, environment, load
from tests.conftest import folder

SCRIPT = Path(__file__).with_name("supervised.py")


_PORTS: Final = 2_250
"""For each pytest process of a run, below those that the system hands out for connections."""
_OURS: Final = 12_000 + _PORTS * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8)
_taken = os.getpid() % _PORTS


def free_port(several: int = 1) -> int:
    """A port nobody has, with `several - 1` more behind it. Who asks next gets others, though nobody listens at these yet."""
    global _taken  # noqa: PLW0603 – one for the process
    while True:
        first = _OURS + _taken % (_PORTS - several)
        _taken += several
        with ExitStack() as held:
            try:
                for port in range(first, first + several):
                    held.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            return first


def eventually(true: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Wait until something holds; what it says then."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)
    return found


class Supervised:
    """A supervisor on a data folder."""

    def __init__(self, data: Path, *arguments: str, python: str = sys.executable, **popen: Any) -> None:
        ports = {"COMMONWEAL_PORT": str(free_port()), "COMMONWEAL_MLLP_PORT": str(free_port(LINES))}
        self.settings: Settings = load({"COMMONWEAL_DATA": str(data), **ports, **popen.pop("settings", {})})
        plain = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        self.out = folder() / "out"
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                [python, str(SCRIPT), *arguments],
                env={**plain, **environment(self.settings), **popen.pop("env", {})},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **popen,
            )

    def said(self) -> str:
        return self.out.read_text()

    def until(self, words: str, seconds: float = 90.0) -> str:
        end = time.monotonic() + seconds
        while words not in self.said():
            assert self.process.poll() is None or words in self.said(), (
                f"ended with {self.process.returncode}: {self.said()}"
            )
            assert time.monotonic() < end, f"never said {words!r}: {self.said()}"
            time.sleep(0.02)
        return self.said()

    def ready(self) -> "Supervised":
        self.until("everything ready")
        return self

    def ends(self, number: signal.Signals | None = None, seconds: float = 30.0) -> int:
        if number:
            self.process.send_signal(number)
        return self.process.wait(seconds)

    def descendants(self) -> dict[str, psutil.Process]:
        """What it started, by name: processes under their own, the servers as `postgres` and `nats`; with what those started."""
        found: dict[str, psutil.Process] = {}
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                words = process.cmdline() or [""]  # nothing, of one that is ending
                if any(word.endswith("stand_in.py") for word in words):
                    found[words[2]] = process
                elif words[0].endswith("nats-server"):
                    found["nats"] = process
                elif words[0].endswith("bin/postgres"):
                    found["postgres"] = process
                else:
                    found[f"postgres {process.pid}"] = process
        return found

    def clear(self) -> None:
        with suppress(psutil.NoSuchProcess):
            left = psutil.Process(self.process.pid).children(recursive=True)
            self.process.kill()
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(left, 10)
        self.process.wait(10)
        shutil.rmtree(self.out.parent)


@pytest.fixture
def data() -> Iterator[Path]:
    made = folder()
    yield made
    shutil.rmtree(made)


@pytest.fixture
def supervise(data: Path) -> Iterator[Callable[..., Supervised]]:
    """Starts a supervisor on the folder `data`; again and again if need be."""
    started: list[Supervised] = []

    def start(*arguments: str, settings: Mapping[str, str] | None = None, **more: Any) -> Supervised:
        started.append(Supervised(data, *arguments, settings=settings or {}, **more))
        return started[-1]

    yield start
    for supervised in started:
        supervised.clear()


@pytest.fixture(scope="module")
def running() -> Iterator[Supervised]:
    """One installation at work, for tests that leave it as it was."""
    data = folder()
    supervised = Supervised(data)
    try:
        yield supervised.ready()
    finally:
        supervised.clear()
        shutil.rmtree(data)
