"""The caseload as a user of eventsourcing would keep it: its `ProjectionRunner`, an event and a transaction at a time."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.persistence import StoredEvent, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import sql
from psycopg.types.json import Json

from commonweal.kernel import codec
from commonweal.kernel.log import Recorded
from commonweal.kernel.past import FROM, TO
from commonweal.kernel.read_model import Put, ReadModel, Remove, Statement
from commonweal.kernel.rows import Columns, compact
from commonweal.kernel.streams import Fact
from commonweal.kernel.vault import Vault
from commonweal.runtime.bench import peers
from commonweal.runtime.bench.long_log import NOW
from commonweal.runtime.bench.measure import Run, Side

_TOGETHER: Final = 100
_LOOK: Final = 0.02


class Cases(Application[str]):
    """The library's application, whose events are ours as stored: sealed, and opened by our codec."""

    ods: ClassVar[str]
    vault: ClassVar[Vault]

    def construct_mapper(self) -> Any:
        """Its own mapper would store import paths."""
        return self

    def to_domain_event(self, stored: Any) -> Fact:
        """What the library asks a mapper for."""
        bound_to = codec.about(self.ods, stored.originator_id, stored.originator_version, stored.topic)
        event = codec.decode(stored.topic, stored.state, bound_to, self.vault)
        position: Any = stored.id
        return Fact(
            position, stored.originator_id, stored.originator_version, event,
            _NOBODY, NOW, None, NOW, None, None, None,
        )  # fmt: skip


_NOBODY: Final = UUID(int=0)


class Rows(PostgresTrackingRecorder):
    """The room's tables, written in one transaction with the event's tracking."""

    model: ClassVar[ReadModel]
    columns: ClassVar[Mapping[str, Columns]]

    def write(self, fact: Fact, statements: Sequence[Statement], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            for statement in statements:
                short, table = statement.table, self._table(statement.table)
                columns = self.columns[self.model.table(short)]
                key = next(iter(columns))
                if isinstance(statement, Put):
                    row = {**statement.row, **({FROM: fact.position} if short in self.model.past else {})}
                    cursor.execute(_put(table, columns), _values(columns, row), prepare=True)
                    continue
                if short in self.model.past:
                    past = self._table(f"{short}_past")
                    cursor.execute(_keep(table, past, columns), (fact.position, statement.key), prepare=True)
                if isinstance(statement, Remove):
                    gone = sql.SQL("delete from {} where {} = %s").format(table, sql.Identifier(key))
                    cursor.execute(gone, (statement.key,), prepare=True)
                    continue
                changed = {**statement.columns, **({FROM: fact.position} if short in self.model.past else {})}
                values = [*_values({name: columns[name] for name in changed}, changed), statement.key]
                cursor.execute(_change(table, key, list(changed)), values, prepare=True)
            self._insert_tracking(cursor, tracking)

    def _table(self, short: str) -> sql.Identifier:
        return sql.Identifier(peers.SCHEMA, self.model.table(short))


class Room(Projection[Rows]):
    """The same projector."""

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.write(domain_event, list(self.view.model.project(domain_event)), tracking)


def _values(columns: Columns, row: Any) -> list[Any]:
    return [Json(row[name], compact) if kind == "json" else row[name] for name, kind in columns.items()]


def _put(table: sql.Identifier, columns: Columns) -> sql.Composed:
    key, *others = map(sql.Identifier, columns)
    given = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in others)
    values = sql.SQL(", ").join(sql.Placeholder() * len(columns))
    return sql.SQL("insert into {} values ({}) on conflict ({}) do update set {}").format(table, values, key, given)


def _keep(table: sql.Identifier, past: sql.Identifier, columns: Columns) -> sql.Composed:
    key, *_ = names = list(map(sql.Identifier, columns))
    return sql.SQL("insert into {} ({}, {}) select {}, %s from {} where {} = %s").format(
        past, sql.SQL(", ").join(names), sql.Identifier(TO), sql.SQL(", ").join(names), table, key
    )


def _change(table: sql.Identifier, key: str, names: list[str]) -> sql.Composed:
    given = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in names)
    return sql.SQL("update {} set {} where {} = %s").format(table, given, sql.Identifier(key))


@contextmanager
def library_room(
    url: str, ods: str, vault: Vault, model: ReadModel, columns: Mapping[str, Columns], log: Sequence[Recorded]
) -> Iterator[Side]:
    """A side that projects these events by the library, from the first one in each round until the time is up.

    The peers' schema must hold the room's empty tables; the keys of these events must be at hand.
    """
    settings = {f"POSTGRES_{name.upper()}": str(value) for name, value in peers.library_settings(url).items()}
    settings |= {"PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_SCHEMA": peers.SCHEMA}
    settings |= {"ORIGINATOR_ID_TYPE": "text"}
    Cases.ods, Cases.vault, Rows.model, Rows.columns = ods, vault, model, columns
    with Cases(env=settings) as application:
        for at in range(0, len(log), _TOGETHER):
            stored = [StoredEvent(e.stream_id, e.version, e.type, e.data) for e in log[at : at + _TOGETHER]]
            application.recorder.insert_events(stored)
        yield lambda seconds: asyncio.to_thread(partial(_round, settings, len(log), seconds))


def _round(settings: dict[str, str], events: int, seconds: float) -> Run:
    with ProjectionRunner(application_class=Cases, projection_class=Room, view_class=Rows, env=settings) as runner:
        while not (first := runner.view.max_tracking_id(runner.app_name) or 0):
            runner.run_forever(_LOOK)
        began, cpu = time.perf_counter(), time.process_time()  # its own start is not held against it
        done = first
        while done < events and time.perf_counter() - began < seconds:
            runner.run_forever(_LOOK)
            done = runner.view.max_tracking_id(runner.app_name) or 0
        took, used = time.perf_counter() - began, time.process_time() - cpu
    with runner.view.datastore.transaction(commit=True) as cursor:
        tables = [sql.Identifier(peers.SCHEMA, table) for table in Rows.columns]
        cursor.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(tables)))
        tracking = sql.Identifier(peers.SCHEMA, runner.view.tracking_table_name)
        gone = sql.SQL("delete from {} where application_name = %s").format(tracking)
        cursor.execute(gone, (runner.app_name,))
    runner.view.datastore.close()
    return Run(done - first, took, [], used)
