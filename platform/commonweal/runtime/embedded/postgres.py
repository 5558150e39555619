"""Where everything that happened is kept: a PostgreSQL of our own, on a socket only this machine can reach."""

import asyncio
import hashlib
import os
import shutil
import signal
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from commonweal.domain.message import Refused
from commonweal.runtime import child
from commonweal.runtime.child import Child
from commonweal.runtime.embedded import folders
from commonweal.runtime.embedded.binaries import Binaries

DATABASES: Final = ("commonweal", "commonweal_vault")
ADMINISTRATOR: Final = "commonweal"
_SOCKET: Final = ".s.PGSQL.5432"
_LONGEST_SOCKET: Final = 107
"""Bytes: sun_path in sys/un.h less its closing nought. macOS has 4 fewer; its data folders are not that long."""

OPTIONS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    # A statement, a key that collides, a parameter: each could name a person. The log has the error alone.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


class Postgres:
    """One cluster in a data folder, that exists already and whose lock the caller holds."""

    def __init__(self, data: Path, password: str, elsewhere: Path = folders.ELSEWHERE) -> None:
        self.user = folders.unprivileged()
        self.home = folders.home(data, self.user, elsewhere)
        self.cluster = self.home / "cluster"
        self.log = data / "logs" / "postgres.log"
        self._password = password

    def url(self, database: str) -> str:
        """The administrator's connection to one of the databases."""
        return make_conninfo(
            host=str(self._socket_folder), user=ADMINISTRATOR, password=self._password, dbname=database
        )

    async def start(self) -> Child:
        """Start it, made anew where there is none, and wait until both databases answer. Refused says why not."""
        binaries = Binaries.find(self.user, self.home)
        await self._end_left_over()
        if not self.cluster.exists():
            await self._make(binaries)
        folders.private_folder(self._socket_folder, self.user)
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        for _ in range(20):  # a killed server's last processes may hold its memory for a moment
            began = self.log.stat().st_size if self.log.exists() else 0
            server = self._run("postgres", binaries.postgres, *self._arguments())
            if await self._answers(server):
                return server
            if "still in use" not in self.log.read_text(errors="replace")[began:]:
                break
            await asyncio.sleep(0.25)
        raise Refused(f"PostgreSQL ended at its start: {server.last_words()}")

    def _run(self, name: str, *argv: str | Path) -> Child:
        # Orphaned it stops at once and recovers at the next start: waiting for a checkpoint would outlive us.
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        return child.start(
            name, argv, user=self.user, env=env, log=self.log, ask=signal.SIGINT, orphaned=signal.SIGQUIT, grace=20
        )

    def _arguments(self) -> list[str]:
        options = {**OPTIONS, "unix_socket_directories": str(self._socket_folder)}
        return [
            "-D",
            str(self.cluster),
            *(word for name, value in options.items() for word in ("-c", f"{name}={value}")),
        ]

    @property
    def _socket_folder(self) -> Path:
        own = self.home / "socket"
        if len(os.fsencode(own / _SOCKET)) <= _LONGEST_SOCKET:
            return own
        return Path("/tmp") / f"commonweal-{hashlib.sha256(os.fsencode(own)).hexdigest()[:12]}"  # noqa: S108 – checked to be ours

    async def _make(self, binaries: Binaries) -> None:
        """Make the cluster beside its place and move it there: one that was interrupted is never mistaken for a whole one."""
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        made, secret = self.home / "cluster.new", self.home / "password.new"
        await asyncio.to_thread(shutil.rmtree, made, ignore_errors=True)
        secret.unlink(missing_ok=True)
        secret.touch(0o600)
        secret.write_text(self._password)
        folders.give(secret, self.user)
        words: list[str | Path] = [
            "-D",
            made,
            "-U",
            ADMINISTRATOR,
            "--pwfile",
            secret,
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "--no-instructions",
        ]
        initdb = self._run("initdb", binaries.initdb, *words, "--locale-provider=builtin", "--locale=C.UTF-8")
        try:
            if await initdb.ended() != 0:
                raise Refused(f"PostgreSQL could not make its files in {made}: {initdb.last_words()}")
        finally:
            await initdb.stop()
            secret.unlink()
        made.rename(self.cluster)

    async def _answers(self, server: Child) -> bool:
        """Wait for the databases; False when the server ended instead."""
        try:
            while server.code is None:
                try:
                    await self._make_databases()
                except psycopg.OperationalError as error:
                    if "password authentication failed" in str(error):
                        raise Refused(
                            f"{self.home} was made with another platform key than the one there is now"
                        ) from None
                    await asyncio.sleep(0.02)
                else:
                    return True
        except BaseException:
            await server.stop()
            raise
        return False

    async def _make_databases(self) -> None:
        url = make_conninfo(self.url("postgres"), connect_timeout=5)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            rows = await (await connection.execute("SELECT datname FROM pg_database")).fetchall()
            for name in sorted({*DATABASES} - {row[0] for row in rows}):
                await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    async def _end_left_over(self) -> None:
        pid_file = self.cluster / "postmaster.pid"
        await child.end_left_over(pid_file, "postgres", str(self.cluster), ask=signal.SIGQUIT, grace=10)
