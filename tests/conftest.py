"""What every test may ask for: real servers in a folder of their own, one set for each pytest process."""

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

import pytest

from commonweal.domain.message import Refused
from commonweal.runtime.child import Child
from commonweal.runtime.installation import Installation, lock, start_servers, stop
from commonweal.runtime.settings import load

_ROOM: Final = 8 * 2**30
"""Bytes. Each process of a whole run holds well under one of these eight at a time."""


def _in_memory() -> Path | None:
    """Where files are kept in memory, if there is room: on a disk a third of the work is to make and remove thousands of files."""
    place = Path("/dev/shm")  # noqa: S108
    try:
        there = os.statvfs(place)
    except OSError:
        return None
    roomy = there.f_bavail * there.f_frsize >= _ROOM
    return place if roomy and os.access(place, os.W_OK) and not there.f_flag & os.ST_NOEXEC else None


def folder() -> Path:
    """A new folder that PostgreSQL's user can pass through, which those of pytest are not when root runs it."""
    made = Path(tempfile.mkdtemp(prefix="commonweal-test-", dir=_in_memory()))
    made.chmod(0o711)
    return made


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys first: each is long and much of it is waiting, so that what is left at the end is short."""
    items.sort(key=lambda each: "journeys" not in each.path.parts)


def missing(reason: str) -> NoReturn:
    """A program a test needs is not there: CI must have it, elsewhere the test is left out."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def new_servers() -> Iterator[Installation]:
    """PostgreSQL and NATS in a folder of their own, gone at the end of the block however it ends."""
    data = folder()
    children: list[Child] = []
    settings = load({"COMMONWEAL_DATA": str(data)})
    try:
        with lock(settings):
            try:
                installation = asyncio.run(start_servers(settings, children))
            except Refused as refusal:
                missing(str(refusal))
                raise
            yield installation
            asyncio.run(stop(children))
    finally:
        shutil.rmtree(data)


@pytest.fixture(scope="session")
def servers() -> Iterator[Installation]:
    """PostgreSQL and NATS, started once in each pytest process; they end with it however it ends."""
    with new_servers() as installation:
        yield installation


@pytest.fixture(scope="session")
def platform_key(servers: Installation) -> bytes:
    """The 32 bytes from which the servers' passwords and seeds are derived."""
    return servers.platform_key


@pytest.fixture(scope="session")
def database_url(servers: Installation) -> str:
    """The administrator's connection to the database `commonweal`."""
    return servers.database_url


@pytest.fixture(scope="session")
def vault_url(servers: Installation) -> str:
    """The administrator's connection to the database `commonweal_vault`."""
    return servers.vault_url


def pytest_collection_finish() -> None:
    """What was collected stays until the end: it need not be looked through each time memory is."""
    gc.collect()
    gc.freeze()
