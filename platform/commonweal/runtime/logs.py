"""What our processes write about their work: a line of JSON each, with nothing in it that could be about a person."""

import logging
import sys
import traceback
from types import TracebackType
from typing import Final

import structlog
from opentelemetry.trace import format_span_id, format_trace_id
from structlog.typing import EventDict, Processor

from commonweal.kernel import trace

_BEFORE: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    lambda _logger, _method, line: in_trace(line),
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure(level: str) -> None:
    """Send our own lines and those of every library to standard output as JSON. `level`: debug, info, warning, error."""
    structlog.configure(
        processors=[*_BEFORE, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_BEFORE,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                without_values,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)


def in_trace(line: EventDict) -> EventDict:
    """Put the trace and the span we are in into the line, under the names OpenTelemetry gives them."""
    if (place := trace.here()) is not None:
        line["trace_id"], line["span_id"] = format_trace_id(place.trace_id), format_span_id(place.span_id)
    return line


def without_values(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Put an error's type and places in the line, never its message: that of a database quotes the values of a row."""
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        line["error"] = type(error).__qualname__
        line["places"] = _places(error.__traceback__)
        if error.__cause__:
            line["because"] = type(error.__cause__).__qualname__
    return line


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)[-12:]]
