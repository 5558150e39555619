"""The `eventsourcing` library keeps its aggregates in an ICS's log: its own cases, run against ours."""

import asyncio
import contextlib
import threading
import uuid
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import Aggregate
from eventsourcing.domain import event as named_event
from eventsourcing.persistence import (
    InfrastructureFactory,
    InfrastructureFactoryError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    StoredEvent,
)
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)
from psycopg.conninfo import make_conninfo

from commonweal.kernel import recorder
from commonweal.kernel.append import About, Append, NewEvent
from commonweal.runtime.bench import throwaway
from commonweal.runtime.installation import Installation
from commonweal.runtime.open_store import password
from tenants.store import Placement

PLACED = Placement("QZK")


@pytest.fixture
def environment(servers: Installation) -> Iterator[dict[str, str]]:
    """What an operator sets; the tenant behind it is new and empty."""
    asyncio.run(throwaway.drop(servers, PLACED))
    asyncio.run(throwaway.make(servers, PLACED))
    login = make_conninfo(servers.database_url, user=PLACED.login, password=password(servers, PLACED.login))
    yield {"PERSISTENCE_MODULE": "commonweal.kernel.recorder", "RECORDER_URL": login}
    asyncio.run(throwaway.drop(servers, PLACED))


@pytest.fixture
def factory(environment: dict[str, str]) -> Iterator[InfrastructureFactory[Any]]:
    made: InfrastructureFactory[Any] = InfrastructureFactory.construct(environment)
    yield made
    made.close()


class TestTheLibrarysAggregateRecorderCases(AggregateRecorderTestCase):
    @pytest.fixture(autouse=True)
    def made(self, factory: InfrastructureFactory[Any]) -> None:
        self.factory = factory

    def create_recorder(self) -> recorder.AggregateRecorder:
        found = self.factory.aggregate_recorder()
        assert isinstance(found, recorder.AggregateRecorder)
        return found


class ApplicationCases:
    @pytest.fixture(autouse=True)
    def made(self, factory: InfrastructureFactory[Any]) -> None:
        self.factory = factory

    def create_recorder(self) -> recorder.ApplicationRecorder:
        found = self.factory.application_recorder()
        assert isinstance(found, recorder.ApplicationRecorder)
        return found


class TestTheLibrarysApplicationRecorderCases(
    ApplicationCases, ApplicationRecorderTestCase[recorder.ApplicationRecorder]
):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTheLibrarysNonInterleavingCase(ApplicationCases, NonInterleavingNotificationIDsBaseCase):
    pass


class Walk(Aggregate):
    """A group's weekly walk."""

    @named_event("Planned")
    def __init__(self, place: str) -> None:
        self.place = place
        self.walkers: list[str] = []

    @named_event("Joined")
    def join(self, walker: str) -> None:
        self.walkers.append(walker)


class Walks(Application[UUID]):
    """The library's application, as its users write them."""

    def plan(self, place: str) -> UUID:
        walk = Walk(place)
        self.save(walk, actor="user-wren", channel="test")
        return walk.id

    def join(self, walk_id: UUID, walker: str) -> None:
        walk: Walk = self.repository.get(walk_id)
        walk.join(walker)
        self.save(walk)


def test_an_application_of_the_library_keeps_its_aggregates_in_our_log(
    environment: dict[str, str],
) -> None:
    with Walks(env=environment) as walks:
        walk_id = walks.plan("Abington Park")
        walks.join(walk_id, "a")
        walks.join(walk_id, "b")
        walk: Walk = walks.repository.get(walk_id)
        assert (walk.place, walk.walkers, walk.version) == ("Abington Park", ["a", "b"], 3)
        assert [n.id for n in walks.notification_log.select(1, 10)] == [1, 2, 3]
        with pytest.raises(AggregateNotFoundError):
            walks.repository.get(uuid.uuid4())
    with psycopg.connect(environment["RECORDER_URL"]) as connection:
        rows = connection.execute(
            "select position, stream_id, version, actor, channel, event_id is not null, recorded_at is not null from events order by position"
        ).fetchall()
    assert rows == [
        (1, f"aggregate-{walk_id}", 1, "user-wren", "test", True, True),
        (2, f"aggregate-{walk_id}", 2, None, None, True, True),
        (3, f"aggregate-{walk_id}", 3, None, None, True, True),
    ]


def test_two_copies_of_an_aggregate_cannot_both_be_saved(environment: dict[str, str]) -> None:
    with Walks(env=environment) as walks:
        walk_id = walks.plan("Abington Park")
        mine: Walk = walks.repository.get(walk_id)
        theirs: Walk = walks.repository.get(walk_id)
        mine.join("a")
        theirs.join("b")
        walks.save(mine)
        with pytest.raises(IntegrityError):
            walks.save(theirs)


def test_the_recorder_makes_no_table(factory: InfrastructureFactory[Any], environment: dict[str, str]) -> None:
    query = "select array_agg(tablename::text order by tablename) from pg_tables where schemaname = current_schema()"
    with psycopg.connect(environment["RECORDER_URL"]) as connection:
        before = connection.execute(query).fetchone()
        factory.application_recorder().insert_events([StoredEvent(uuid.uuid4(), 1, "Planned", b"{}")])
        assert connection.execute(query).fetchone() == before
    assert before is not None
    assert "events" in before[0]


def test_a_text_id_is_a_streams_own_name(factory: InfrastructureFactory[Any]) -> None:
    kept = factory.application_recorder()
    kept.insert_events(
        [StoredEvent("walk-1", 1, "Planned", b"{}"), StoredEvent("aggregate-of-none", 1, "Planned", b"{}")]
    )
    assert [n.originator_id for n in kept.select_notifications(None, 10)] == ["walk-1", "aggregate-of-none"]
    assert [e.originator_id for e in kept.select_events("walk-1")] == ["walk-1"]


def test_a_subscription_sees_at_once_what_this_process_appends_and_soon_what_others_do(
    factory: InfrastructureFactory[Any], environment: dict[str, str]
) -> None:
    ours = factory.application_recorder()
    other = InfrastructureFactory.construct(environment)
    theirs = other.application_recorder()
    with contextlib.closing(other), ours.subscribe(gt=None, topics=["Joined"]) as subscription:
        threading.Timer(
            0.1,
            lambda: ours.insert_events([StoredEvent("walk-1", n, t, b"") for n, t in ((1, "Planned"), (2, "Joined"))]),
        ).start()
        assert next(subscription).id == 2
        threading.Timer(0.1, lambda: theirs.insert_events([StoredEvent("walk-1", 3, "Joined", b"")])).start()
        assert next(subscription).id == 3


def test_a_failing_read_ends_the_subscription_with_its_reason(factory: InfrastructureFactory[Any]) -> None:
    with factory.application_recorder().subscribe() as subscription:
        factory.close()
        with pytest.raises(InterfaceError, match="closed"):
            next(subscription)


def test_an_event_that_cannot_be_stored_is_the_callers_error_and_harms_no_other(
    factory: InfrastructureFactory[Any],
) -> None:
    kept = factory.application_recorder()
    owner = factory._owner  # type: ignore[attr-defined]

    async def both() -> list[Any]:
        def written(name: str) -> Any:
            return owner._log.append(Append((), [NewEvent("walk-1", 1, name, b"")], (), About()))

        bad, good = written("nul \0 byte"), owner._log.append(Append((), [NewEvent("walk-2", 1, "Planned", b"")]))
        return list(await asyncio.gather(bad, good, return_exceptions=True))

    refused, position = owner.call(both())
    assert isinstance(refused, psycopg.DataError)
    assert position == 0
    assert [n.originator_id for n in kept.select_notifications(None, 10)] == ["walk-2"]


def test_what_this_module_does_not_do_yet_it_says(environment: dict[str, str]) -> None:
    made: InfrastructureFactory[Any] = InfrastructureFactory.construct(environment)
    with contextlib.closing(made):
        with pytest.raises(NotSupportedError, match="tracking"):
            made.tracking_recorder()
        with pytest.raises(NotSupportedError, match="process"):
            made.process_recorder()
        with pytest.raises(NotSupportedError, match="snapshots are not kept"):
            made.aggregate_recorder(purpose="snapshots")
    with pytest.raises(InfrastructureFactoryError, match="RECORDER_URL"):
        InfrastructureFactory.construct({"PERSISTENCE_MODULE": "commonweal.kernel.recorder"})
