"""A program we started: it ends when we ask it to, or when we are gone, however we went."""

import asyncio
import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from pwd import struct_passwd
from typing import IO, Final

Say = Callable[[str, str], None]
"""Called with who speaks and the line."""

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_LIBC: Final = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass
class Child:
    """One program, running or ended."""

    name: str
    process: subprocess.Popen[bytes]
    ask: signal.Signals = signal.SIGTERM
    """The signal that asks it to stop."""
    grace: float = 5.0
    """Seconds it has to do so before it is killed."""
    log: Path | None = None
    again: "Callable[[], Awaitable[Child]] | None" = None
    """Starts another in its place, where there is a way to."""
    began: float = field(default_factory=time.monotonic)
    _heard: list["_Lines"] = field(default_factory=list)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def code(self) -> int | None:
        """What it ended with (below zero: the signal), None while it runs."""
        return self.process.poll()

    async def ended(self) -> int:
        """Wait for its end."""
        while (code := self.code) is None:  # noqa: ASYNC110 – works in every event loop, and it is brief
            await asyncio.sleep(0.02)
        return code

    async def stop(self) -> bool:
        """Ask it to stop and wait; after its grace kill it. Says whether asking was enough."""
        if self.code is None:
            self.process.send_signal(self.ask)
        willing = True
        try:
            await asyncio.wait_for(self.ended(), self.grace)
        except TimeoutError:
            willing = False
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            await self.ended()
        for lines in self._heard:
            await lines.close()
        return willing

    async def hear(self, line: Callable[[str], None]) -> None:
        """Hand on each line it prints; only for one started without a log."""
        if self.process.stdout is not None:
            _, lines = await asyncio.get_running_loop().connect_read_pipe(lambda: _Lines(line), self.process.stdout)
            self._heard.append(lines)

    def last_words(self) -> str:
        """The end of its log, for the sentence that says why it ended."""
        text = self.log.read_text(errors="replace") if self.log and self.log.exists() else ""
        return " / ".join(text.strip().splitlines()[-4:])


def start(
    name: str,
    argv: Sequence[str | Path],
    *,
    user: struct_passwd | None = None,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    ask: signal.Signals = signal.SIGTERM,
    orphaned: signal.Signals = signal.SIGKILL,
    grace: float = 5.0,
) -> Child:
    """Start a program in a session of its own, so that a terminal's Ctrl-C reaches us alone.

    To be called from the main thread: the kernel sends `orphaned` when the *thread* that started it ends (Linux;
    elsewhere an orphan is ended at the next start). `user`: run as that user. `log`: where its output goes; None: to
    `hear`. OSError when it cannot be started.
    """
    out: IO[bytes] | int = log.open("ab") if log else subprocess.PIPE
    try:
        process = subprocess.Popen(  # noqa: S603 – our own programs, no shell
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=env,
            start_new_session=True,
            preexec_fn=_die_with_parent(orphaned),  # noqa: PLW1509 – runs after the change of user, which would clear it
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )
    finally:
        if not isinstance(out, int):
            out.close()
    return Child(name, process, ask, grace, log)


def _die_with_parent(orphaned: signal.Signals) -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def before_it_runs() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(orphaned), 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return before_it_runs


async def end_left_over(pid_file: Path, *marks: str, ask: signal.Signals, grace: float) -> None:
    """End what an earlier start on the same folder left running, and remove its stale pid file.

    Only a process whose command line bears every mark is ours; a number that some other program has by now is not.
    The caller holds the lock of the folder.
    """
    try:
        pid = int(pid_file.read_text().split(maxsplit=1)[0])  # noqa: ASYNC240 – nothing else runs yet
    except (OSError, ValueError, IndexError):
        return
    for chosen, patience in ((ask, grace), (signal.SIGKILL, 5.0)):
        if not _is_ours(pid, marks):
            break
        with suppress(ProcessLookupError):
            os.kill(pid, chosen)
        for _ in range(int(patience / 0.05)):
            if not _is_ours(pid, marks):
                break
            await asyncio.sleep(0.05)
    pid_file.unlink(missing_ok=True)  # noqa: ASYNC240


def _is_ours(pid: int, marks: Sequence[str]) -> bool:
    line = command_line(pid)
    return bool(line) and all(mark in line for mark in marks)


def command_line(pid: int) -> str:
    """How a process was started; empty when there is none (or only its remains)."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return subprocess.run(  # noqa: S603
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout


class _Lines(asyncio.Protocol):
    """Cuts what arrives into lines."""

    def __init__(self, line: Callable[[str], None]) -> None:
        self._line = line
        self._rest = b""
        self._over = asyncio.Event()
        self._transport: asyncio.BaseTransport | None = None

    async def close(self) -> None:
        """Wait a moment for the last lines."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), 0.5)
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *whole, self._rest = re.split(rb"\r?\n", self._rest + data)
        for raw in whole:
            self._line(raw.decode(errors="replace"))
        if len(self._rest) > 1 << 20:  # no newline in a megabyte: not a log
            self._rest = b""

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if self._rest:
            self._line(self._rest.decode(errors="replace"))
        self._over.set()
