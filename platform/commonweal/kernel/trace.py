"""Tracing: which request each piece of work belongs to and where a failure happened, told without a person's details.

Spans and their contexts are OpenTelemetry's. Unless somebody collects spans (`collect`), none is made, and only the trace a caller
names is passed on. Names and attributes are words of the code, ODS codes and numbers: never an id of a person, a text somebody
wrote, or an error's message.
"""

import traceback
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from contextvars import Token
from pathlib import Path
from time import time_ns
from types import TracebackType
from typing import Final, TypeAlias

from opentelemetry import trace as api
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from commonweal.kernel.counting import refused

__all__ = ["Span", "attached", "batch", "collect", "here", "refused", "span", "traceparent", "where"]

Value: TypeAlias = str | int | float | bool

CHILDREN: Final = 16
"""Spans that one batch makes in the traces its events belong to; further traces are linked only."""
LINKS: Final = 64
_W3C: Final = TraceContextTextMapPropagator()

_tracer: api.Tracer | None = None


def collect(provider: api.TracerProvider | None) -> None:
    """From now on spans are made with `provider`; None ends that."""
    global _tracer  # noqa: PLW0603 – one for the process, like the loop it runs on
    _tracer = None if provider is None else provider.get_tracer("commonweal")


class Span:
    """A piece of work, as long as the block takes. An error that leaves the block is noted by its kind alone."""

    __slots__ = ("_answered", "_span", "_token")

    def __init__(self, span: api.Span) -> None:
        self._span = span
        self._answered = False

    def note(self, **attributes: Value) -> None:
        """Add what became known meanwhile. With an `outcome` the work is answered: a refusal is no failure."""
        self._answered = self._answered or "outcome" in attributes
        self._span.set_attributes(attributes)

    def __enter__(self) -> "Span":
        self._token: Token[Context] = attach(api.set_span_in_context(self._span))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        detach(self._token)
        if not self._answered:
            _failed(self._span, kind)
        self._span.end()


class _Unseen(nullcontext["_Unseen"]):
    """Work nobody wants to see."""

    def note(self, **attributes: Value) -> None:
        """Nobody wants to know."""

    def __enter__(self) -> "_Unseen":
        return self


_UNSEEN: Final = _Unseen()


def span(name: str, /, *, server: bool = False, **attributes: Value) -> "Span | _Unseen":
    """A piece of work: part of the one around it, else the beginning of a trace, which is made or not as the sampler has it."""
    if _tracer is None:
        return _UNSEEN
    around = here()
    if around is not None and not around.trace_flags.sampled:
        return _UNSEEN  # the sampler would say so too, after ten times as long
    kind = SpanKind.SERVER if server else SpanKind.INTERNAL
    return Span(_tracer.start_span(name, kind=kind, attributes=attributes))


def here() -> SpanContext | None:
    """Where we are, if anywhere."""
    place = api.get_current_span().get_span_context()
    return place if place.is_valid else None


def traceparent() -> str | None:
    """Where we are, as W3C Trace Context has it; None outside any trace, and in one that began here and nobody wants to see."""
    place = here()
    if place is None or not (place.trace_flags.sampled or place.is_remote):
        return None
    headers: dict[str, str] = {}
    _W3C.inject(headers)
    return headers["traceparent"]


def attached(traceparent: str | None) -> AbstractContextManager[object]:
    """Go on in a trace that came from elsewhere: the spans of the block are part of it. Anything else than a trace is passed over."""
    place = _place(traceparent)
    if place is None:
        return nullcontext()
    return api.use_span(NonRecordingSpan(place), record_exception=False, set_status_on_exception=False)


class batch:  # noqa: N801 – read as a word: `with batch("relay", …)`
    """Work on many events at once: a span in each of their traces, `CHILDREN` at most.

    Where they are of several traces, one more that is a trace of its own, where the sampler wants it, and linked with all of them.
    Nothing is made for events of traces nobody wants to see.
    """

    __slots__ = ("_attributes", "_began", "_name", "_places")

    def __init__(self, name: str, traceparents: Iterable[str | None], **attributes: Value) -> None:
        self._name, self._attributes = name, attributes
        self._places: list[SpanContext] = []
        if _tracer is not None:
            found = map(_place, dict.fromkeys(traceparents))
            self._places = [place for place in found if place is not None and place.trace_flags.sampled]
            self._began = time_ns()

    def __enter__(self) -> None:
        """Begun."""

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if not self._places or _tracer is None:
            return
        made, links = [], list[SpanContext]()
        if len(self._places) > 1:
            whole = self._made(_tracer, Context(), self._places[:LINKS])
            if whole.is_recording():
                made, links = [whole], [whole.get_span_context()]
        for place in self._places[:CHILDREN]:
            made.append(self._made(_tracer, api.set_span_in_context(NonRecordingSpan(place), Context()), links))
        for each in made:
            _failed(each, kind)
            each.end()

    def _made(self, tracer: api.Tracer, under: Context, linked: list[SpanContext]) -> api.Span:
        links = [Link(each) for each in linked]
        return tracer.start_span(self._name, under, attributes=self._attributes, links=links, start_time=self._began)


def where(failure: BaseException) -> str:
    """`ValueError at referral.py:120`: the kind of failure and its innermost place. Never its message, which may name a person."""
    frames = traceback.extract_tb(failure.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(failure).__name__}{place}"


def _failed(span: api.Span, kind: type[BaseException] | None) -> None:
    # Not the library's own way: that records the message, and a message may name a person.
    if kind is not None:
        span.set_attribute("error.type", kind.__qualname__)
        span.set_status(StatusCode.ERROR)


def _place(traceparent: str | None) -> SpanContext | None:
    """The place a `traceparent` names; None for anything that is not one."""
    if not traceparent:
        return None
    place = api.get_current_span(_W3C.extract({"traceparent": traceparent}, Context())).get_span_context()
    return place if place.is_valid else None
