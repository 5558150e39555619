"""What a command works on: the installation that runs on a data folder, or servers started for as long as the command takes."""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from commonweal.domain.message import Refused
from commonweal.runtime import secrets
from commonweal.runtime.child import Child
from commonweal.runtime.embedded.nats import Nats
from commonweal.runtime.embedded.postgres import Postgres
from commonweal.runtime.settings import Settings
from tenants.nats_accounts import Accounts

RUNNING: Final = "run.json"
LOCK: Final = "lock"
PATIENCE: Final = 60.0
"""Seconds a command waits for an installation that is just starting."""


@dataclass(frozen=True)
class Installation:
    """Servers that answer, with what opens them."""

    settings: Settings
    platform_key: bytes
    database_url: str
    """The administrator's connection to the database with the control schema and the tenants' schemas."""
    vault_url: str
    """The same for the database of the persons' keys."""
    nats_url: str
    alone: bool = False
    """Only the servers run, started for one command: nothing relays or fills rooms."""

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.platform_key)


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """What a running installation tells other commands, in `run.json`."""

    pid: int
    database_url: str
    vault_url: str
    nats_url: str
    host: str
    port: int
    mllp_port: int
    oidc_issuer: str | None = None


@contextmanager
def lock(settings: Settings) -> Iterator[None]:
    """Have the data folder to ourselves; Refused, naming who has it, when another does."""
    with _opened(settings.data) as number:
        if not _taken(number, fcntl.LOCK_EX):
            raise Refused(
                f"the data folder {settings.data} is in use by process {holder(settings.data)}; "
                "up --data or COMMONWEAL_DATA names another"
            )
        # What an installation that was killed left: no longer true.
        (settings.data / RUNNING).unlink(missing_ok=True)
        os.truncate(number, 0)
        os.pwrite(number, str(os.getpid()).encode(), 0)
        yield


def holder(data: Path) -> str:
    """The number of the process that locked a data folder last, as text."""
    return (data / LOCK).read_text().strip() or "(just starting)"


def nothing_runs(settings: Settings) -> Refused:
    """What to say where nothing serves on a data folder."""
    return Refused(
        f"nothing runs on the data folder {settings.data}: start it with ./go up, or name another in COMMONWEAL_DATA"
    )


def looked_at(settings: Settings) -> str:
    """What to add where something is not in an installation, for whoever meant another one."""
    return f" (data folder {settings.data}; COMMONWEAL_DATA names another)" if settings.embedded else ""


def tell(installation: Installation) -> None:
    """Write `run.json`, by which other commands find us."""
    chosen = installation.settings
    running = Running(
        pid=os.getpid(),
        database_url=installation.database_url,
        vault_url=installation.vault_url,
        nats_url=installation.nats_url,
        host=chosen.host,
        port=chosen.port,
        mllp_port=chosen.mllp_port,
        oidc_issuer=chosen.oidc_issuer,
    )
    secrets.write_private(chosen.data / RUNNING, msgspec.json.encode(running))


async def start_servers(settings: Settings, children: list[Child]) -> Installation:
    """Start each server that is not an outside one; each is added to `children` once it answers. The caller holds the lock."""
    key = secrets.platform_key(settings.platform_key_path, create=settings.embedded)
    database_url, vault_url, nats_url = settings.database_url, settings.vault_url, settings.nats_url
    if database_url is None or vault_url is None:
        postgres = Postgres(settings.data, secrets.password(key, "postgres"))
        children.append(await _kept(postgres.start))
        database_url, vault_url = postgres.url("commonweal"), postgres.url("commonweal_vault")
    if nats_url is None:
        server, nats_url = await Nats(settings.data, Accounts(key)).start()
        # Its clients know its address: another in its place has the same.
        there = Nats(settings.data, Accounts(key), urlsplit(nats_url).port)

        async def again() -> Child:
            return (await there.start())[0]

        server.again = partial(_kept, again)
        children.append(server)
    return Installation(settings, key, database_url, vault_url, nats_url)


async def _kept(start: Callable[[], Awaitable[Child]]) -> Child:
    """A server that another one may be started in the place of."""
    child = await start()
    child.again = partial(_kept, start)
    return child


async def stop(children: list[Child]) -> None:
    """Stop servers in the opposite order of their start."""
    for child in reversed(children):
        await child.stop()


async def running(settings: Settings) -> Installation | None:
    """The installation that serves on this data folder or on outside servers; None when nothing does.

    One that is just starting is waited for. Refused when the folder is held by a command that does not serve.
    """
    if not settings.embedded:
        return await start_servers(settings, [])
    for _ in range(int(PATIENCE / 0.1)):
        if not _held(settings.data):
            return None
        if found := _told(settings):
            return found
        await asyncio.sleep(0.1)
    raise Refused(
        f"process {holder(settings.data)} is at work in the data folder {settings.data}; try again when it has ended"
    )


@asynccontextmanager
async def installation(settings: Settings) -> AsyncIterator[Installation]:
    """The installation that runs, or servers of our own until the end of the block. From the main thread only."""
    if found := await running(settings):
        yield found
        return
    with lock(settings):
        children: list[Child] = []
        try:
            yield replace(await start_servers(settings, children), alone=True)
        finally:
            await stop(children)


def _told(settings: Settings) -> Installation | None:
    try:
        told = msgspec.json.decode((settings.data / RUNNING).read_bytes(), type=Running)
    except FileNotFoundError:
        return None
    key = secrets.platform_key(settings.platform_key_path, create=False)
    # It may have been started with other options than this command was.
    theirs = msgspec.structs.replace(
        settings, host=told.host, port=told.port, mllp_port=told.mllp_port, oidc_issuer=told.oidc_issuer
    )
    return Installation(theirs, key, told.database_url, told.vault_url, told.nats_url)


@contextmanager
def _opened(data: Path) -> Iterator[int]:
    try:
        if not data.exists():
            data.mkdir(parents=True)
            # PostgreSQL's user must pass through when we are root; what is inside is closed to it file by file.
            data.chmod(0o711 if os.geteuid() == 0 else 0o700)
        number = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Refused(
            f"the data folder {data} cannot be used ({error.strerror}): up --data or COMMONWEAL_DATA names another"
        ) from None
    try:
        yield number
    finally:
        os.close(number)


def _held(data: Path) -> bool:
    if not (data / LOCK).exists():
        return False
    with _opened(data) as number:
        return not _taken(number, fcntl.LOCK_SH)


def _taken(number: int, kind: int) -> bool:
    """Take the lock, to have (LOCK_EX) or only to see whether it is free (LOCK_SH), which takes it for a moment."""
    for _ in range(10 if kind == fcntl.LOCK_EX else 1):
        try:
            fcntl.flock(number, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
        else:
            return True
    return False
