"""A room on real PostgreSQL with two ICSs, and questions put to it as the web process puts them."""

import asyncio
import json
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from commonweal.kernel import read_model
from commonweal.kernel.follow import Room
from commonweal.kernel.handle import Receipt, handle
from commonweal.kernel.read_model import ReadModel
from commonweal.kernel.reading import Reader
from commonweal.runtime.access import Principal
from commonweal.runtime.answering import Answering
from commonweal.runtime.asking import make_asker
from commonweal.runtime.installation import Installation
from commonweal.runtime.permissions import views
from commonweal.runtime.schema import Asker, schema
from tenants.store import Tenant
from tests.tenant import about, store

T = TypeVar("T")
Rows = dict[str, list[tuple[Any, ...]]]
Grants = tuple[tuple[str, str], ...]
EVERYTHING: Grants = (("team_lead", "tenant"),)
ANSWERING = Answering(schema(introspection=True))


def nodes(found: Any, name: str) -> dict[str, Any]:
    """A list of an answer, by the ids of what it holds."""
    return {edge["node"]["id"]: edge["node"] for edge in found[name]["edges"]}


@dataclass
class Scene:
    """Two ICSs in one process, with the room of `model` in each."""

    runner: asyncio.Runner
    tenants: Mapping[str, Tenant]
    model: ReadModel
    statements: list[str] = field(default_factory=list)
    """Every statement the last question came to."""

    def run(self, work: Awaitable[T]) -> T:
        async def done() -> T:
            return await work

        return self.runner.run(done())

    def do(self, identity: str, *commands: object, ods: str = "QPM", **known: Any) -> Receipt:
        """Commands carried out on one record, one after another; the last one's receipt."""

        async def each() -> Receipt:
            for command in commands:
                receipt = await handle(self.tenants[ods].streams, identity, command, about(**known))
            return receipt

        return self.run(each())

    def do_all(self, commands: Mapping[str, object], ods: str = "QPM") -> None:
        """Commands on many records at once."""

        async def every() -> None:
            streams = self.tenants[ods].streams
            await asyncio.gather(*(handle(streams, each, command, about()) for each, command in commands.items()))

        self.run(every())

    def room(self, ods: str = "QPM") -> Room:
        return Room(self.tenants[ods].streams, self.tenants[ods].pool.borrow, self.model, _unheard)

    def catch_up(self) -> None:
        """Both rooms read on to their heads."""
        for ods in self.tenants:
            self.run(self.room(ods).catch_up())

    def empty(self, ods: str = "QPM") -> None:
        """Take the room back to the beginning, as the login that fills it."""

        async def clear() -> None:
            async with self.tenants[ods].pool.borrow() as connection, connection.transaction():
                for table in await read_model.types(connection, self.model):
                    await connection.execute(f"delete from {table}".encode())  # noqa: S608
                await connection.execute("update rooms set position = 0, recorded_at = null")

        self.run(clear())

    def rows(self, ods: str = "QPM") -> Rows:
        """Every row of every table of the room."""

        async def read() -> Rows:
            async with self.tenants[ods].pool.borrow() as connection:
                tables = await read_model.types(connection, self.model)
                return {
                    table: await (await connection.execute(f"table {table} order by 1, 2".encode())).fetchall()
                    for table in tables
                }

        return self.run(read())

    def table(self, table: str, ods: str = "QPM") -> list[dict[str, Any]]:
        """Every row of one table, by column name."""

        async def read() -> list[dict[str, Any]]:
            async with self.tenants[ods].pool.borrow() as connection:
                columns = (await read_model.types(connection, self.model))[self.model.table(table)]
                query = f"select {', '.join(columns)} from {self.model.table(table)}"  # noqa: S608
                rows = await (await connection.execute(query.encode())).fetchall()
                return [dict(zip(columns, row, strict=True)) for row in rows]

        return self.run(read())

    def row(self, table: str, key: str, ods: str = "QPM") -> dict[str, Any]:
        """One row by its key, by column name."""

        async def read() -> dict[str, Any]:
            async with self.tenants[ods].pool.borrow() as connection:
                columns = (await read_model.types(connection, self.model))[self.model.table(table)]
                first, *_ = columns
                query = f"select * from {self.model.table(table)} where {first} = %s"  # noqa: S608
                row = await (await connection.execute(query.encode(), (key,))).fetchone()
                assert row is not None, f"there is no {key} in {table}"
                return dict(zip(columns, row, strict=True))

        return self.run(read())

    def ask(self, document: str, grants: Grants = EVERYTHING, ods: str = "QPM", **variables: Any) -> Any:
        """The data of an operation; `AssertionError` with its errors where it has any."""
        data, errors = self.answer(document, grants, ods, **variables)
        assert not errors, errors
        return data

    def answer(self, document: str, grants: Grants = EVERYTHING, ods: str = "QPM", **variables: Any) -> tuple[Any, Any]:
        """(data, errors) of an operation, asked by someone with these grants."""
        return self.run(self.answering(document, grants, ods, **variables))

    async def answering(
        self, document: str, grants: Grants = EVERYTHING, ods: str = "QPM", **variables: Any
    ) -> tuple[Any, Any]:
        """The same, for a test that does something meanwhile."""
        answer = json.loads(await ANSWERING.answer(self.asker(grants, ods), document, None, variables))
        return answer["data"], answer.get("errors", [])

    def asker(self, grants: Grants = EVERYTHING, ods: str = "QPM") -> Asker:
        """Someone with these grants, whose statements are remembered from now on."""
        principal = Principal("user-wren", "https://login.example.test", ods, frozenset(grants))
        asker = make_asker(principal, self.tenants[ods], "test")
        self.statements.clear()
        reader = Remembering(
            self.tenants[ods].pool.borrow, views(grants, asker.principal.id), asker.now, asker.reader.today
        )
        reader.told = self.statements
        return replace(asker, reader=reader)


class Remembering(Reader):
    """Reads, and remembers what it told the database."""

    told: list[str]

    async def row(self, statement: bytes, parameters: Sequence[object]) -> list[bytes | None]:
        self.told.append(statement.decode())
        return await super().row(statement, parameters)


@contextmanager
def scene(servers: Installation, model: ReadModel, *beside: ReadModel) -> Iterator[Scene]:
    """Two new ICSs, QPM and QMF, with the tables of one room, and of others that stay empty."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            opened = runner.run(stack.enter_async_context(store(servers, "QPM", "QMF", models=[model, *beside])))
            tenants = {ods: runner.run(opened.tenant(ods)) for ods in ("QPM", "QMF")}
            yield Scene(runner, tenants, model)
        finally:
            runner.run(stack.aclose())


async def _unheard(_position: int) -> None:
    """Nobody listens to the room's changes here."""
