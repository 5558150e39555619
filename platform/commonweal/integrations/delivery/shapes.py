"""What a delivery is: someone outside must be told of an event, if they may know it when we tell them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from commonweal.kernel.log import Recorded
from commonweal.kernel.streams import Streams


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one recipient, as the outbox has it. `attempts` counts the try under way."""

    event_id: UUID
    position: int
    stream_id: str
    version: int
    type: str
    recipient: str
    attempts: int
    forgiven: int = 0
    """Of these attempts, those before somebody had it tried again."""


@dataclass(frozen=True, slots=True)
class Post:
    """What is sent to an address. The same delivery has the same `request_id` at every try."""

    url: str
    body: bytes
    content_type: str
    request_id: UUID
    correlation_id: UUID
    token_file: str | None = None
    """Where the recipient's bearer token is kept, if it wants one."""


@dataclass(frozen=True, slots=True)
class Put:
    """What is put into the recipient's own stream, from where it takes it. Told apart by `request_id`, like a `Post`."""

    recipient: str
    kind: str
    """The end of the subject, such as `hospital_discharge`."""
    body: bytes
    content_type: str
    request_id: UUID
    correlation_id: UUID


@dataclass(frozen=True, slots=True)
class Withheld:
    """Nothing is sent; `reason` is a word such as `no_consent`. Later events are weighed anew."""

    reason: str


State: TypeAlias = Literal["waiting", "delivered", "withheld", "parked"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try. `again`: seconds until the next where it is still waiting. `error`: a word, never what they said."""

    state: State
    status: int | None = None
    error: str | None = None
    again: float = 0.0


Recipient: TypeAlias = Callable[[Streams, Recorded], Awaitable[str | None]]
Settled: TypeAlias = Callable[[Streams, Delivery, Outcome], Awaitable[None]]
Prepare: TypeAlias = Callable[[Streams, Delivery, date], Awaitable[Post | Put | Withheld]]


@dataclass(frozen=True, slots=True)
class Integration:
    """One way of telling.

    `name` is permanent: it is that of its consumer and of its rows. `events`: the names of those it tells of. `recipient`: the
    ODS code of who is to be told of one of them, None for nobody. `prepare` is asked before every try whether they may know
    (on that day) and what is sent. `settled`, where there is one, is told what came of every try, again where that was not
    written down.
    """

    name: str
    events: frozenset[str]
    recipient: Recipient
    prepare: Prepare
    settled: Settled | None = None
