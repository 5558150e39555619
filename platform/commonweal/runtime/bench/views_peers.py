"""Peers of a view: two of Node's GraphQL servers over the same referrals in normalised tables. For development only."""

import asyncio
import hashlib
import hmac
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from commonweal.runtime.child import Child, start
from commonweal.runtime.installation import Installation
from projections.caseload import READ_MODEL
from tenants.store import Placement

SCHEMA: Final = "commonweal_views"
LOGIN: Final = "commonweal_views"
_HERE: Final = Path(__file__).parent / "views_peers"
_CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "commonweal-bench"
PACKAGES: Final = (
    "node@22.23.3",
    "postgraphile@5.1.5",
    "mercurius@16.10.1",
    "fastify@5.12.8",
    "graphql@16.15.0",
    "pg@8.23.1",
)
_INSTALL: Final = (
    "install",
    "--no-package-lock",
    "--no-save",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    *PACKAGES,
)
NAMES: Final[Mapping[str, str]] = {"PostGraphile 5": "postgraphile", "Mercurius + graphql-jit": "mercurius"}


@dataclass(frozen=True, slots=True)
class Peer:
    """One at work."""

    port: int
    token: str
    pid: int


async def installed(tell: Callable[[str], object]) -> Path | None:
    """The folder the peers are installed in, once for all; None, and the reason told, where that cannot be done."""
    marker = _CACHE / hashlib.sha256(" ".join(PACKAGES).encode()).hexdigest()[:16]
    if marker.exists():
        return _CACHE
    npm = shutil.which("npm")
    if npm is None:
        tell("npm is not on this machine: the peers are missing")
        return None
    tell(f"installing {', '.join(PACKAGES)} in {_CACHE}")
    _CACHE.mkdir(parents=True, exist_ok=True)
    (_CACHE / "package.json").write_text('{"private": true}')
    process = await asyncio.create_subprocess_exec(
        npm, *_INSTALL, cwd=_CACHE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    if await process.wait() != 0:
        tell("npm could not install the peers: they are missing")
        return None
    marker.touch()
    return _CACHE


@asynccontextmanager
async def tables(servers: Installation, placement: Placement) -> AsyncIterator[str]:
    """The ICS's caseload as normal forms want it, and the connection string of a login that reads it; gone afterwards."""
    secret = secrets.token_hex(16)
    names = {name: sql.Identifier(LOGIN) for name in ("login", "schema")}
    text = (_HERE / "tables.sql").read_text(encoding="utf-8")
    known = {
        "peer": SCHEMA,
        "ours": placement.schema,
        "version": READ_MODEL.version,
        "tenant": placement.ods,
        "login": LOGIN,
    }
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", str(value))
    async with await psycopg.AsyncConnection.connect(servers.database_url, autocommit=True) as admin:
        await _drop(admin)
        try:
            await admin.execute(sql.SQL("create schema {schema}").format(**names))
            make = sql.SQL("create role {login} login password {secret}").format(**names, secret=sql.Literal(secret))
            await admin.execute(make)
            database = sql.Identifier(admin.info.dbname)
            await admin.execute(sql.SQL("grant connect on database {} to {}").format(database, sql.Identifier(LOGIN)))
            await admin.execute(text.encode())
            yield _url(servers.database_url, secret)
        finally:
            await _drop(admin)


async def _drop(admin: psycopg.AsyncConnection[Any]) -> None:
    names = {"login": sql.Identifier(LOGIN), "schema": sql.Identifier(SCHEMA)}
    await admin.execute(sql.SQL("drop schema if exists {schema} cascade").format(**names))
    there = await admin.execute("select from pg_roles where rolname = %s", (LOGIN,))
    if await there.fetchone() is not None:
        await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", (LOGIN,))
        await admin.execute(sql.SQL("drop owned by {login}").format(**names))
        await admin.execute(sql.SQL("drop role {login}").format(**names))


@asynccontextmanager
async def serving(name: str, folder: Path, url: str, tenant: str) -> AsyncIterator[Peer]:
    """One peer as a process of its own: production mode, statements prepared, sixteen connections."""
    key = secrets.token_bytes(32)
    program = NAMES[name]
    with tempfile.TemporaryDirectory(prefix="commonweal-bench-") as logs:
        for file in ("bearer.mjs", f"{program}.mjs"):
            shutil.copyfile(_HERE / file, folder / file)
        env = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(Path.home()),
            "NODE_ENV": "production",
            "GRAPHILE_ENV": "production",
            "BENCH_KEY": key.hex(),
            "BENCH_DATABASE": url,
            "BENCH_SCHEMA": SCHEMA,
            "BENCH_TENANT": tenant,
        }
        log = Path(logs) / "log"
        child = start(program, [folder / "node_modules" / ".bin" / "node", folder / f"{program}.mjs"], env=env, log=log)
        try:
            token = f"{tenant}.{hmac.digest(key, tenant.encode(), 'sha256').hex()}"
            yield Peer(await _port(child, log), token, child.pid)
        finally:
            await child.stop()


async def _port(child: Child, log: Path) -> int:
    for _ in range(600):
        if (found := _listening(log)) is not None:
            return found
        if child.code is not None:
            break
        await asyncio.sleep(0.05)
    raise RuntimeError(f"{child.name} did not start: {child.last_words()}")


def _listening(log: Path) -> int | None:
    said = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    return next((int(words[1]) for words in said if words[:1] == ["listening"]), None)


def _url(administrators: str, password: str) -> str:
    """The administrator's connection, with the peers' login."""
    given = conninfo_to_dict(administrators)
    host, port = str(given.get("host") or "localhost"), str(given.get("port") or 5432)
    where = f"?{urlencode({'host': host})}" if host.startswith("/") else ""
    server = "localhost" if where else host
    return f"postgresql://{LOGIN}:{password}@{server}:{port}/{quote(str(given['dbname']))}{where}"
