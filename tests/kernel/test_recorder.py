"""The `eventsourcing` library keeps its aggregates in an ICS's log: its own cases, run against ours."""

import asyncio
import contextlib
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
    Tracking,
)
from eventsourcing.popo import POPOTrackingRecorder
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    InfrastructureFactoryTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)
from eventsourcing.utils import Environment
from psycopg.conninfo import make_conninfo

from commonweal.kernel import recorder
from commonweal.kernel.append import About, Append, NewEvent
from commonweal.kernel.recorder_tracking import TrackingRecorder
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


class TestTheLibrarysTrackingRecorderCases(TrackingRecorderTestCase):
    @pytest.fixture(autouse=True)
    def made(self, factory: InfrastructureFactory[Any]) -> None:
        self.factory = factory

    def create_recorder(self) -> TrackingRecorder:
        found = self.factory.tracking_recorder()
        assert isinstance(found, TrackingRecorder)
        return found


class TestTheLibrarysProcessRecorderCases(ProcessRecorderTestCase):
    @pytest.fixture(autouse=True)
    def made(self, factory: InfrastructureFactory[Any]) -> None:
        self.factory = factory

    def create_recorder(self) -> recorder.ProcessRecorder:
        found = self.factory.process_recorder()
        assert isinstance(found, recorder.ProcessRecorder)
        return found


class Attendance(TrackingRecorder):
    """A view of an application's own: it is named where the view is asked for."""


class TestTheLibrarysFactoryCases(InfrastructureFactoryTestCase[recorder.Factory]):
    @pytest.fixture(autouse=True)
    def made(self, environment: dict[str, str]) -> None:
        self.env = Environment("Walks", environment)

    def setUp(self) -> None:
        """The environment is made by then: the library's own set-up constructs the factory from it."""
        super().setUp()

    def expected_factory_class(self) -> type[recorder.Factory]:
        return recorder.Factory

    def expected_aggregate_recorder_class(self) -> type[recorder.AggregateRecorder]:
        return recorder.AggregateRecorder

    def expected_application_recorder_class(self) -> type[recorder.ApplicationRecorder]:
        return recorder.ApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return TrackingRecorder

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return Attendance

    def expected_process_recorder_class(self) -> type[recorder.ProcessRecorder]:
        return recorder.ProcessRecorder


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


def test_events_that_cannot_be_written_leave_what_was_read_where_it_was(factory: InfrastructureFactory[Any]) -> None:
    kept = factory.process_recorder()
    kept.insert_events([StoredEvent("walk-1", 1, "Planned", b"{}")], tracking=Tracking("walks", 5))
    with pytest.raises(IntegrityError):
        kept.insert_events([StoredEvent("walk-1", 1, "Planned", b"{}")], tracking=Tracking("walks", 6))
    assert kept.max_tracking_id("walks") == 5
    with pytest.raises(IntegrityError, match="already read walks as far as 5"):
        kept.insert_events([StoredEvent("walk-1", 2, "Joined", b"{}")], tracking=Tracking("walks", 5))
    assert [n.originator_version for n in kept.select_notifications(None, 10)] == [1]
    assert kept.max_notification_id() == 1
    command = uuid.uuid4()
    kept.insert_events([StoredEvent("walk-1", 2, "Joined", b"")], tracking=Tracking("walks", 6), command_id=command)
    with pytest.raises(IntegrityError, match="carried out before"):
        kept.insert_events([StoredEvent("walk-1", 3, "Joined", b"")], tracking=Tracking("walks", 7), command_id=command)
    assert (kept.max_tracking_id("walks"), kept.max_notification_id()) == (6, 2)


def test_what_was_read_moves_by_the_function_alone(
    factory: InfrastructureFactory[Any], environment: dict[str, str]
) -> None:
    factory.tracking_recorder().insert_tracking(Tracking("walks", 5))
    with psycopg.connect(environment["RECORDER_URL"], autocommit=True) as login:
        assert login.execute("select application, notification from tracking").fetchall() == [("walks", 5)]
        for attack in (
            "update tracking set notification = 0",
            "delete from tracking",
            "insert into tracking values ('', 'x', 1)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                login.execute(attack)


def test_each_reader_remembers_how_far_it_has_come_itself(environment: dict[str, str]) -> None:
    for name in ("Rota", "Letters"):
        made: InfrastructureFactory[Any] = InfrastructureFactory.construct(Environment(name, environment))
        with contextlib.closing(made):
            made.tracking_recorder().insert_tracking(Tracking("walks", 5))
            assert made.process_recorder().max_tracking_id("walks") == 5


def test_many_threads_append_with_and_without_tracking_and_leave_no_hole(factory: InfrastructureFactory[Any]) -> None:
    kept = factory.process_recorder()

    def write(worker: int) -> list[int]:
        written: list[int] = []
        for number in range(1, 21):
            told = {"tracking": Tracking(f"upstream-{worker}", number)} if worker % 2 else {}
            event = StoredEvent(f"walk-{worker}", number, "Joined", b"")
            written.extend(kept.insert_events([event], **told) or ())
        return written

    with ThreadPoolExecutor(8) as pool:
        found = sorted(position for written in pool.map(write, range(8)) for position in written)
    assert found == list(range(1, 161))
    assert [n.id for n in kept.select_notifications(None, 200)] == found


def test_what_is_being_written_when_a_recorder_closes_is_written(
    factory: InfrastructureFactory[Any], environment: dict[str, str]
) -> None:
    kept = factory.process_recorder()
    login = environment["RECORDER_URL"]
    told = {"tracking": Tracking("walks", 2)}
    with (
        ThreadPoolExecutor(2) as pool,
        psycopg.connect(login, autocommit=True) as watching,
        psycopg.connect(login) as holding,
    ):
        holding.execute("select track('', 'walks', 1)")
        written = pool.submit(kept.insert_events, [StoredEvent("walk-1", 1, "Planned", b"")], **told)
        assert waits_for_a_row(watching)
        closed = pool.submit(factory.close)
        time.sleep(0.1)
        assert not closed.done()
        holding.commit()
        assert written.result(10) == [1]
        closed.result(10)


def waits_for_a_row(watching: psycopg.Connection[Any]) -> bool:
    waiting = "select from pg_stat_activity where usename = current_user and wait_event_type = 'Lock'"
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if watching.execute(waiting).fetchone() is not None:
            return True
        time.sleep(0.01)
    return False


def test_what_this_module_does_not_do_yet_it_says(environment: dict[str, str]) -> None:
    made: InfrastructureFactory[Any] = InfrastructureFactory.construct(environment)
    with contextlib.closing(made):
        with pytest.raises(NotSupportedError, match="process recorder"):
            made.application_recorder().insert_events([], tracking=Tracking("walks", 1))
        with pytest.raises(InfrastructureFactoryError, match="POPOTrackingRecorder"):
            made.tracking_recorder(POPOTrackingRecorder)
        with pytest.raises(NotSupportedError, match="snapshots are not kept"):
            made.aggregate_recorder(purpose="snapshots")
    with pytest.raises(InfrastructureFactoryError, match="RECORDER_URL"):
        InfrastructureFactory.construct({"PERSISTENCE_MODULE": "commonweal.kernel.recorder"})
