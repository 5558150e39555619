"""A subscription: an application of the `eventsourcing` library hears of each event of an ICS soon after it is written."""

import threading
from collections.abc import Sequence
from typing import Final

from eventsourcing.persistence import ApplicationRecorder, ListenNotifySubscription

POLL_SECONDS: Final = 0.2
"""How long an append by another process may go unnoticed by a subscription."""


class Subscription(ListenNotifySubscription[ApplicationRecorder]):
    """Reads on whenever the head has moved."""

    def __init__(
        self, recorder: ApplicationRecorder, listeners: set[threading.Event], gt: int | None, topics: Sequence[str]
    ) -> None:
        self._listeners = listeners
        super().__init__(recorder, gt, topics)

    def stop(self) -> None:
        super().stop()
        self._listeners.discard(self._has_been_notified)

    def _loop_on_pull(self) -> None:
        self._listeners.add(self._has_been_notified)
        seen = -1
        try:
            while not self._has_been_stopped:
                head = self._recorder.max_notification_id() or 0
                if head > seen:
                    self._pull()
                    seen = head
                    self._last_notification_id = max(head, self._last_notification_id or 0)
                self._has_been_notified.wait(POLL_SECONDS)
                self._has_been_notified.clear()
        except BaseException as failure:  # noqa: BLE001 – whoever iterates is told
            self._thread_error = failure
            self.stop()
        finally:
            self._listeners.discard(self._has_been_notified)
