"""The recorder: the `eventsourcing` library reads and writes an ICS's log, beside everyone else who does.

`PERSISTENCE_MODULE=commonweal.kernel.recorder` and `RECORDER_URL`, a connection string that logs in as the tenant, make any
`eventsourcing.application.Application` (9.5) keep its aggregates in that tenant's `events` table, through the same function and
the same group commit as `handle`. An aggregate's UUID becomes the stream `aggregate-<uuid>`; a text id is the stream's name.
Applications under one URL share that log, as its writers do: each is notified of all that happens in the ICS.
"""

from collections.abc import Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from eventsourcing import persistence
from eventsourcing.persistence import Notification, NotSupportedError, StoredEvent
from eventsourcing.utils import Environment, EnvType, resolve_topic

from commonweal.kernel.append import About, NewEvent
from commonweal.kernel.recorder_subscription import Subscription
from commonweal.kernel.recorder_thread import Owner
from commonweal.kernel.recorder_tracking import TrackingRecorder

URL: Final = "RECORDER_URL"
AGGREGATE: Final = "aggregate-"
_ANY_VERSION: Final = (-(2**31), 2**31 - 1)
_EVENTS: Final[dict[bool, LiteralString]] = {
    False: """
select stream_id, version, type, data from events
where stream_id = %s and version > %s and version <= %s order by version limit %s
""",
    True: """
select stream_id, version, type, data from events
where stream_id = %s and version > %s and version <= %s order by version desc limit %s
""",
}
_NOTIFICATIONS: Final[dict[bool, LiteralString]] = {
    False: """
select stream_id, version, type, data, position from events
where position > %s and position <= %s order by position limit %s
""",
    True: """
select stream_id, version, type, data, position from events
where position > %s and position <= %s and type = any(%s) order by position limit %s
""",
}


class AggregateRecorder(persistence.AggregateRecorder):
    """Aggregates' events, as streams of the tenant's log."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def insert_events(self, stored_events: Sequence[StoredEvent], **about: Any) -> Sequence[int] | None:
        """All or none. Keywords are the fields of `About`: `app.save(aggregate, actor=…)`. Raises `IntegrityError`."""
        self._append(stored_events, about)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        lowest, highest = _ANY_VERSION
        bounds = (lowest if gt is None else gt, highest if lte is None else lte)
        parameters = (stream_id(originator_id), *bounds, limit)
        rows = self._owner.call(self._owner.select(_EVENTS[desc], parameters))
        return [StoredEvent(originator(stream), version, topic, state) for stream, version, topic, state in rows]

    def _append(self, stored_events: Sequence[StoredEvent], about: dict[str, Any]) -> Sequence[int]:
        if about.pop("tracking", None) is not None:
            raise NotSupportedError("what has been read is written by a process recorder")
        if not stored_events:
            return []
        events = _new(stored_events)
        before = self._owner.call(self._owner.append(events, About(**about)))
        return range(before + 1, before + 1 + len(events))


class ApplicationRecorder(AggregateRecorder, persistence.ApplicationRecorder):
    """The same, and the whole log in order: a notification's id is an event's position, without a hole."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **about: Any) -> Sequence[int] | None:
        return list(self._append(stored_events, about))

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        until = 2**63 - 1 if stop is None else stop
        parameters = (after, until, list(topics), limit) if topics else (after, until, limit)
        rows = self._owner.call(self._owner.select(_NOTIFICATIONS[bool(topics)], parameters))
        return [
            Notification(originator(stream), version, topic, state, position)
            for stream, version, topic, state, position in rows
        ]

    def max_notification_id(self) -> int | None:
        return self._owner.call(self._owner.head()) or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription:
        """Everything after `gt`, then whatever comes: at once from this process, within `POLL_SECONDS` from others."""
        return Subscription(self, self._owner.listeners, gt, topics)


class ProcessRecorder(TrackingRecorder, ApplicationRecorder, persistence.ProcessRecorder):
    """Both: what follows from a notification is appended together with how far the application has read, or not at all."""

    def __init__(self, owner: Owner, reader: str) -> None:
        TrackingRecorder.__init__(self, owner, reader)

    def _append(self, stored_events: Sequence[StoredEvent], about: dict[str, Any]) -> Sequence[int]:
        tracking: persistence.Tracking | None = about.pop("tracking", None)
        if tracking is None:
            return super()._append(stored_events, about)
        events = _new(stored_events)
        before = self._owner.call(self._owner.track(self._reader, tracking, events, About(**about)))
        return range(before + 1, before + 1 + len(events))


class Factory(persistence.InfrastructureFactory[persistence.TrackingRecorder]):
    """What `PERSISTENCE_MODULE=commonweal.kernel.recorder` makes. `RECORDER_URL` logs in as the tenant."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        url = self.env.get(URL)
        if not url:
            raise persistence.InfrastructureFactoryError(
                f"{URL} is not set: a connection string that logs in as the tenant"
            )
        self._owner = Owner(url)
        self._reader = self.env.name.lower()

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        if purpose != "events":
            raise NotSupportedError(f"{purpose} are not kept: this log has no table but its events")
        return AggregateRecorder(self._owner)

    def application_recorder(self) -> ApplicationRecorder:
        return ApplicationRecorder(self._owner)

    def tracking_recorder(
        self, tracking_recorder_class: type[persistence.TrackingRecorder] | None = None
    ) -> persistence.TrackingRecorder:
        """A class of the caller's own, here or as `TRACKING_RECORDER_TOPIC`, is a subclass of our `TrackingRecorder`."""
        topic = self.env.get(self.TRACKING_RECORDER_TOPIC)
        wanted: Any = tracking_recorder_class or (resolve_topic(topic) if topic else TrackingRecorder)
        if not issubclass(wanted, TrackingRecorder):
            raise persistence.InfrastructureFactoryError(f"{wanted.__name__} is not a TrackingRecorder of this module")
        made: type[TrackingRecorder] = wanted
        return made(self._owner, self._reader)

    def process_recorder(self) -> ProcessRecorder:
        return ProcessRecorder(self._owner, self._reader)

    def close(self) -> None:
        self._owner.close()


def _new(stored_events: Sequence[StoredEvent]) -> list[NewEvent]:
    return [
        NewEvent(stream_id(each.originator_id), each.originator_version, each.topic, each.state)
        for each in stored_events
    ]


def stream_id(originator_id: UUID | str) -> str:
    """The stream of an aggregate: `aggregate-<uuid>`, or the text id as it is."""
    return f"{AGGREGATE}{originator_id}" if isinstance(originator_id, UUID) else originator_id


def originator(stream: str) -> UUID | str:
    """The aggregate of a stream; another category's stream is known by its whole name."""
    if not stream.startswith(AGGREGATE):
        return stream
    try:
        return UUID(stream.removeprefix(AGGREGATE))
    except ValueError:
        return stream
