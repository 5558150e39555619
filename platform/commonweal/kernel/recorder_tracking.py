"""Tracking: an application of the `eventsourcing` library remembers how far it has read of another's events."""

from collections.abc import Sequence
from typing import Any, Final, LiteralString, TypeAlias

from eventsourcing import persistence
from eventsourcing.persistence import Tracking

from commonweal.kernel.recorder_thread import Owner

Statement: TypeAlias = tuple[LiteralString, Sequence[object]]
_FURTHEST: Final = "select notification from tracking where reader = %s and application = %s"


class TrackingRecorder(persistence.TrackingRecorder):
    """How far one reader has come. What an application of the library sees may be a subclass, which keeps rows with `write`."""

    def __init__(self, owner: Owner, reader: str) -> None:
        self._owner = owner
        self._reader = reader

    def insert_tracking(self, tracking: Tracking) -> None:
        """Raises `IntegrityError` where the reader has come as far already."""
        self._owner.call(self._owner.track(self._reader, tracking))

    def max_tracking_id(self, application_name: str) -> int | None:
        rows = self._owner.call(self._owner.select(_FURTHEST, (self._reader, application_name)))
        return rows[0][0] if rows else None

    def write(self, tracking: Tracking, *statements: Statement) -> None:
        """What an event changes in tables the tenant's login may write, and how far was read: both or neither."""
        self._owner.call(self._owner.track(self._reader, tracking, statements=statements))

    def select(self, query: LiteralString, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Rows of such tables."""
        return self._owner.call(self._owner.select(query, parameters))
