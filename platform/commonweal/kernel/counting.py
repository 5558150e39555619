"""Counting: how often things happen and how long they take, in numbers about the work and never about a person.

The instruments are OpenTelemetry's; where no meter provider is set up nobody asks them. What is counted often is a plain number
that is read when somebody looks. Every label has few values: a name from the code, an outcome, an ICS we host.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

from opentelemetry.metrics import CallbackOptions, Observation, get_meter

Labels: TypeAlias = tuple[str, ...]

_METER: Final = get_meter("commonweal")
REFUSALS: Final = (
    "token",
    "session",
    "csrf",
    "access",
    "scope",
    "graphql_invalid",
    "graphql_limit",
    "command",
    "conflict",
    "message",
    "socket",
    "credentials",
    "permission",
)
"""What may be refused: a token or session shown; a form that is not ours; someone without a grant here; more than their role may;
a GraphQL document; one that asks too much; a command, by its rules or because others kept winning; a hospital's message; a live
connection; a NATS login; a NATS subject."""

_hosted: Final[set[str]] = set()


def host(tenant: str) -> None:
    """This ICS is hosted here: its code may stand as a label."""
    _hosted.add(tenant)


class Tally:
    """How often something happened, by its labels."""

    def __init__(self, name: str, about: str, labels: Labels) -> None:
        self.name, self.labels = name, labels
        self.counts: dict[Labels, float] = {}
        _METER.create_observable_counter(name, [self._observe], description=about)

    def add(self, *values: str, by: float = 1) -> None:
        self.counts[values] = self.counts.get(values, 0) + by

    def _observe(self, _: CallbackOptions) -> Iterable[Observation]:
        return _observations(self.labels, self.counts)


class Spread:
    """How long something took, in seconds, by its labels: how many stayed within each bound."""

    BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

    def __init__(self, name: str, about: str, labels: Labels) -> None:
        self.name, self.labels = name, labels
        self._histogram = _METER.create_histogram(
            name, description=about, explicit_bucket_boundaries_advisory=self.BOUNDS
        )

    def add(self, seconds: float, *values: str) -> None:
        self._histogram.record(seconds, dict(zip(self.labels, values, strict=True)))


class Gauge:
    """How much of something there is now: what `now` was last set to. `kind` is `counter` for what only ever grows."""

    def __init__(self, name: str, about: str, labels: Labels, kind: Literal["gauge", "counter"] = "gauge") -> None:
        self.name, self.labels, self.kind = name, labels, kind
        self.now: dict[Labels, float] = {}
        create = _METER.create_observable_counter if kind == "counter" else _METER.create_observable_gauge
        create(name, [self._observe], description=about)

    def _observe(self, _: CallbackOptions) -> Iterable[Observation]:
        return _observations(self.labels, self.now)


def _observations(labels: Labels, values: Mapping[Labels, float]) -> Iterable[Observation]:
    return [Observation(value, dict(zip(labels, each, strict=True))) for each, value in values.items()]


REFUSED: Final = Tally("commonweal_refusals", "What was refused, by kind and ICS.", ("kind", "tenant"))
COMMANDS: Final = Tally("commonweal_commands", "Commands by name and what came of them.", ("command", "outcome"))
APPENDED: Final = Tally("commonweal_events_appended", "Events written to an ICS's log.", ("tenant",))
DELIVERIES: Final = Tally(
    "commonweal_deliveries", "Tries to tell a trust, by what came of them.", ("integration", "outcome", "tenant")
)
REQUESTS: Final = Spread(
    "commonweal_request_duration_seconds", "HTTP requests by kind and status class.", ("kind", "status")
)
SOCKETS: Final = Gauge("commonweal_live_connections", "Open live connections by kind.", ("kind",))


def refused(kind: str, tenant: str = "") -> None:
    """Count one refusal. `tenant` stands in the label only where it is hosted here. Raises ValueError for an unknown kind."""
    if kind not in REFUSALS:
        raise ValueError(f"{kind} is not among the kinds of refusal: {', '.join(REFUSALS)}")
    REFUSED.add(kind, tenant if tenant in _hosted else "")


def commanded(name: str, outcome: str, tenant: str) -> None:
    """Count a command and what came of it: done, repeated, refused, conflict or failed."""
    COMMANDS.add(name, outcome)
    if outcome in ("refused", "conflict"):
        refused("command" if outcome == "refused" else "conflict", tenant)
