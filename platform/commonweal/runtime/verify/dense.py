"""Nothing is missing from the log: positions are 1, 2, 3 … to the head, versions 1, 2, 3 … in each stream."""

from commonweal.kernel.log import Recorded
from commonweal.runtime.verify.finding import Finding


class Dense:
    """Told of each stored event in order; `finding` says what is wrong with their numbers."""

    def __init__(self) -> None:
        self.finding = Finding("log")
        self.position = 0
        self._versions: dict[str, int] = {}

    def take(self, recorded: Recorded) -> None:
        """The next event as stored."""
        if recorded.position != self.position + 1:
            self.finding.differs(f"position {self.position + 1} is missing: position {recorded.position} comes next")
        self.position = recorded.position
        expected = self._versions.get(recorded.stream_id, 0) + 1
        if recorded.version != expected:
            self.finding.differs(
                f"position {recorded.position} is version {recorded.version} of {recorded.stream_id}; "
                f"version {expected} comes next there"
            )
        self._versions[recorded.stream_id] = recorded.version
        self.finding.looked_at["events"] += 1

    def end(self, head: int) -> None:
        """That was all; `head` is what the log says its newest position is."""
        if self.position != head:
            self.finding.differs(f"the newest event is at position {self.position}, the head at {head}")
        self.finding.looked_at["streams"] = len(self._versions)

    def has(self, stream_id: str) -> bool:
        """Is there such a stream?"""
        return stream_id in self._versions
