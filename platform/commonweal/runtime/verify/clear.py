"""Nothing personal stands in clear anywhere but in the rooms."""

from pathlib import Path
from typing import Final

from commonweal.domain.deciders import EVENTS
from commonweal.domain.directory.community_organisation import OrganisationChanged, OrganisationListed
from commonweal.domain.workforce.link_worker import LinkWorkerEngaged
from commonweal.kernel.decider import category
from commonweal.kernel.log import Recorded
from commonweal.kernel.streams import Fact
from commonweal.runtime.verify.finding import Finding
from commonweal.runtime.verify.grounds import Grounds
from commonweal.runtime.verify.opened import personal
from commonweal.runtime.verify.search import Search
from commonweal.runtime.verify.sought import Sought, forms, vocabulary
from commonweal.runtime.verify.stores import Piece, files, tables
from commonweal.runtime.verify.stream import Message
from tenants.store import CONTROL

_PLACEHOLDERS: Final = frozenset(digit * 10 for digit in "0123456789")
"""Typed where no NHS number was known."""


class Clear:
    """Told of everything personal first, then of all that is kept; `finding` says where something stands in clear."""

    def __init__(self) -> None:
        self.finding = Finding("clear")
        self._words: dict[str, Sought] = {}
        self._innocent = list(vocabulary())
        self._search: Search | None = None

    def take(self, recorded: Recorded, fact: Fact) -> None:
        """An event: its personal fields are sought; an ICS's own configuration, its link workers' names and what the directory calls
        an organisation are not: many a grant is called what its organisation is."""
        for field, value in personal(fact.event):
            self.said(f"{recorded.type}.{field}", value, f"position {recorded.position}")
        if category(recorded.stream_id) in ("tenant", "roster") and recorded.type in EVENTS:
            self._innocent.append(recorded.data.decode())
        elif isinstance(fact.event, LinkWorkerEngaged):
            self._innocent.append(fact.event.display_name)
        elif isinstance(fact.event, OrganisationListed | OrganisationChanged):
            self._innocent.append(fact.event.name or "")

    def said(self, field: str, value: object, source: str) -> None:
        """Somebody told us this in confidence, and of a list each part of it."""
        what = Sought(field, source)
        for each in value if isinstance(value, tuple) else (value,):
            if each not in _PLACEHOLDERS:
                for form in forms(field, each):
                    self._words.setdefault(form, what)

    def look(self, piece: Piece) -> None:
        """Look for all of it in something that is kept."""
        for offset, what in self.search.hits(piece.data, piece.kind):
            self.finding.differs(f"{piece.place(offset)}: {what.field} of {what.source} stands there in clear")
            return

    def look_at_message(self, message: Message) -> None:
        """The same for a message of a stream that is not just its event."""
        self.finding.looked_at["odd messages"] += 1
        self.look(Piece(message.all_of_it, "text", ((0, f"JetStream message {message.sequence}"),)))

    @property
    def search(self) -> Search:
        """All words told of so far; made at the first look."""
        if self._search is None:
            self._search = Search(self._words).without("\n".join(self._innocent).encode())
            self.finding.looked_at["words"] = len(self._search.words)
        return self._search


async def check(grounds: Grounds, head: int, clear: Clear) -> Finding:
    """Look through every store. Messages of the stream are shown to `clear` while they are compared with the log."""
    finding = clear.finding
    schema = grounds.tenant.placement.schema
    async with grounds.database() as connection:
        async for piece in tables(connection, schema, rooms=True):
            clear.look(piece)
            finding.looked_at["rows"] += piece.counted
            grounds.seen("clear", min(finding.looked_at["rows"], head), head)
    if not grounds.is_control:
        async with grounds.database(CONTROL.schema) as connection:
            async for piece in tables(connection, CONTROL.schema):
                clear.look(piece)
                finding.looked_at["rows"] += piece.counted
    async with grounds.vault() as connection:
        async for piece in tables(connection, f"vault {schema}"):
            clear.look(piece)
            finding.looked_at["rows"] += piece.counted
    _files(grounds, clear)
    return finding


def _files(grounds: Grounds, clear: Clear) -> None:
    """JetStream's own files, where the server is ours, and what the processes wrote about their work."""
    data: Path = grounds.installation.settings.data
    account = data / "nats" / "streams" / "jetstream" / grounds.installation.accounts.account_id(grounds.tenant.ods)
    for piece in files(account, "cipher"):
        clear.look(piece)
        clear.finding.looked_at["bytes of JetStream"] += piece.counted
    for piece in files(data / "logs", "log"):
        clear.look(piece)
        clear.finding.looked_at["bytes of logs"] += piece.counted
