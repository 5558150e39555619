"""The `eventsourcing` library's applications follow one another in an ICS's log: a system of two, and a view kept beside it."""

from typing import Any
from uuid import UUID, uuid5

import psycopg
import pytest
from eventsourcing.application import ProcessingEvent
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate
from eventsourcing.domain import event as named_event
from eventsourcing.persistence import IntegrityError, Tracking
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.system import ProcessApplication, SingleThreadedRunner, System

from commonweal.kernel.recorder_tracking import TrackingRecorder
from commonweal.runtime.installation import Installation
from tests.kernel.test_recorder import PLACED, Walk, Walks, environment

__all__ = ["environment"]


class Flask(Aggregate):
    """What the volunteer brings to a walk."""

    @named_event("Filled")
    def __init__(self, walk_id: UUID) -> None:
        self.walk_id = walk_id
        self.cups = 0

    @named_event("CupAdded")
    def add_cup(self) -> None:
        self.cups += 1

    @staticmethod
    def create_id(walk_id: UUID) -> UUID:
        return uuid5(walk_id, "flask")


class Tea(ProcessApplication[UUID]):
    """Fills a flask for each walk planned, and adds a cup for each who joins."""

    @singledispatchmethod
    def policy(self, domain_event: Any, processing_event: ProcessingEvent[UUID]) -> None:
        """Everything else that happens in the ICS is somebody else's."""

    @policy.register(Walk.Planned)  # type: ignore[attr-defined]
    def _(self, domain_event: Any, processing_event: ProcessingEvent[UUID]) -> None:
        processing_event.collect_events(Flask(domain_event.originator_id))

    @policy.register(Walk.Joined)  # type: ignore[attr-defined]
    def _(self, domain_event: Any, processing_event: ProcessingEvent[UUID]) -> None:
        flask: Flask = self.repository.get(Flask.create_id(domain_event.originator_id))
        flask.add_cup()
        processing_event.collect_events(flask)


def cups(tea: Tea, walk_id: UUID) -> int:
    flask: Flask = tea.repository.get(Flask.create_id(walk_id))
    return flask.cups


def test_a_system_of_two_applications_runs_over_one_ics(environment: dict[str, str]) -> None:
    with SingleThreadedRunner[UUID](System([[Walks, Tea]]), environment) as runner:
        walks, tea = runner.get(Walks), runner.get(Tea)
        walk_id = walks.plan("Abington Park")
        walks.join(walk_id, "a")
        walks.join(walk_id, "b")
        assert cups(tea, walk_id) == 2
        kinds = [n.topic.rpartition(":")[2] for n in walks.recorder.select_notifications(None, 20)]
        assert sorted(kinds) == ["Flask.CupAdded"] * 2 + ["Flask.Filled"] + ["Walk.Joined"] * 2 + ["Walk.Planned"]
        read_to = tea.recorder.max_tracking_id("Walks")
        assert read_to is not None


def test_a_follower_that_comes_back_goes_on_where_it_was(environment: dict[str, str]) -> None:
    system = System([[Walks, Tea]])
    with SingleThreadedRunner[UUID](system, environment) as runner:
        walk_id = runner.get(Walks).plan("Abington Park")
    with Walks(env=environment) as alone:
        alone.join(walk_id, "a")
    with SingleThreadedRunner[UUID](system, environment) as runner:
        tea = runner.get(Tea)
        tea.pull_and_process("Walks")
        assert cups(tea, walk_id) == 1
        tea.pull_and_process("Walks")
        assert cups(tea, walk_id) == 1


class Register(TrackingRecorder):
    """Who is expected where: rows of a table of its own, written with how far was read."""

    def expect(self, walk_id: UUID, walker: str, tracking: Tracking) -> None:
        self.write(tracking, ("insert into expected (walk, walker) values (%s, %s)", (walk_id, walker)))

    def expected(self, walk_id: UUID) -> list[str]:
        return [name for (name,) in self.select("select walker from expected where walk = %s order by 1", (walk_id,))]


class WhoComes(Projection[Register]):
    name = "who_comes"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.insert_tracking(tracking)

    @process_event.register(Walk.Joined)  # type: ignore[attr-defined]
    def _(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.expect(domain_event.originator_id, domain_event.walker, tracking)


@pytest.fixture
def table(servers: Installation, environment: dict[str, str]) -> None:
    """A table of the view's own, which the ICS's login may write."""
    with psycopg.connect(servers.database_url) as admin:
        schema = PLACED.schema
        admin.execute(f"create table {schema}.expected (walk uuid, walker text, primary key (walk, walker))")
        admin.execute(f"grant select, insert on {schema}.expected to {PLACED.login}")


@pytest.mark.usefixtures("table")
def test_a_projection_keeps_its_rows_and_its_place_together(environment: dict[str, str]) -> None:
    with ProjectionRunner(
        application_class=Walks, projection_class=WhoComes, view_class=Register, env=environment
    ) as runner:
        walk_id = runner.app.plan("Abington Park")
        runner.app.join(walk_id, "a")
        runner.app.join(walk_id, "b")
        runner.wait(notification_id=3, timeout=10)
        assert runner.view.expected(walk_id) == ["a", "b"]
        with pytest.raises(IntegrityError):
            runner.view.expect(walk_id, "b", Tracking("Walks", 4))
        assert runner.view.max_tracking_id("Walks") == 3
        with pytest.raises(IntegrityError, match="already read"):
            runner.view.expect(walk_id, "c", Tracking("Walks", 3))
        assert runner.view.expected(walk_id) == ["a", "b"]
