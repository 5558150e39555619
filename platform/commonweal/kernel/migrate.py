"""Migrations: numbered SQL brings each schema to its newest shape, once, in order, and says so if a file was changed since."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from psycopg import AsyncConnection, sql

_NAME: Final = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_TABLE: Final = """
create table if not exists migrations (
    number integer primary key,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default now()
)
"""


class Changed(Exception):  # noqa: N818
    """A migration is not what it was when it was applied, or the files are not numbered without a hole."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    body: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()


def read(folder: Path) -> tuple[Migration, ...]:
    """The migrations of a folder, in order. Raises `Changed` where a number is missing or double."""
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        named = _NAME.fullmatch(path.name)
        if named is None:
            raise Changed(f"{path.name}: a migration is called 0001_what_it_does.sql")
        found.append(Migration(int(named[1]), named[2], path.read_text(encoding="utf-8")))
    if [each.number for each in found] != list(range(1, len(found) + 1)):
        raise Changed(f"{folder}: the numbers of the migrations have a hole or a double")
    return tuple(found)


async def apply(
    connection: AsyncConnection[Any],
    schema: str,
    owner: str,
    migrations: Sequence[Migration],
    *,
    lock_timeout: str = "5s",
) -> int:
    """Bring one schema up to date in one transaction, as its owner; a failure leaves it as it was. How many were applied."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"migrate {schema}",))
        await connection.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
        await connection.execute(sql.SQL("set local search_path = {}, pg_temp").format(sql.Identifier(schema)))
        await connection.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(lock_timeout)))
        await connection.execute(_TABLE)
        rows = await (await connection.execute("select number, sha256 from migrations")).fetchall()
        done: dict[int, str] = dict(rows)
        for migration in migrations:
            if migration.number in done:
                if done[migration.number] != migration.sha256:
                    raise Changed(
                        f"{schema}: {migration.number:04d}_{migration.name}.sql was changed after it was applied"
                    )
                continue
            await connection.execute(migration.body.encode())
            await connection.execute(
                "insert into migrations (number, name, sha256) values (%s, %s, %s)",
                (migration.number, migration.name, migration.sha256),
            )
        return len(migrations) - len(done)
