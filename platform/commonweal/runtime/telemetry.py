"""Telling whoever watches over the installation what each process did: its spans go out in batches, beside the work."""

import concurrent.futures.thread  # noqa: F401 – what it does at a fork has to come before what a provider does, or the child waits for ever
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import structlog
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import set_tracer_provider

from commonweal.domain.message import Refused
from commonweal.kernel import trace
from commonweal.kernel.counting import Tally
from commonweal.runtime.settings import Settings

EVERY: Final = 1.0
"""Seconds between two batches."""
BATCH: Final = 512
"""Spans. Writing them holds up the loop beside it, so they are few."""
WAITING: Final = 16_384
"""Spans kept while the collector is away; then the oldest go."""
PATIENCE: Final = 3.0
"""Seconds the collector has to take a batch, tried again meanwhile where that may help."""
CLOSING: Final = 1.0
"""Seconds for the last batch when the process ends: the supervisor waits five for all of it."""
QUIET: Final = 60.0
"""Seconds between two lines about a collector that takes nothing."""
LIMITS: Final = SpanLimits(max_attributes=32, max_links=trace.LINKS, max_attribute_length=512)
_PATH: Final = "/v1/traces"
_TALKATIVE: Final = ("opentelemetry.exporter", "opentelemetry.sdk._shared_internal")
"""They write several lines for each batch that is not taken; `spans_not_taken` says it once a minute."""
_LOST: Final = Tally("commonweal_spans_lost", "Spans that no collector took.", ())

log = structlog.get_logger(__name__)


class Spans:
    """One process's spans on their way to a collector."""

    def __init__(self, endpoint: str, process: str, ratio: float = 1.0) -> None:
        """`ratio`: the share of new traces that are made; one that a caller began is made exactly where the caller wants it seen.

        Raises `Refused` for an endpoint that is no address, and where what sends spans is not installed.
        """
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._exporter = _Told(_otlp(endpoint))
        self.provider = TracerProvider(
            ParentBased(TraceIdRatioBased(ratio)),
            Resource.create({"service.namespace": "commonweal", "service.name": f"commonweal-{process}"}),
            shutdown_on_exit=False,
            span_limits=LIMITS,
        )
        self.provider.add_span_processor(BatchSpanProcessor(self._exporter, WAITING, EVERY * 1000, BATCH))

    @property
    def taken(self) -> int:
        return self._exporter.taken

    @property
    def lost(self) -> int:
        return self._exporter.lost

    def close(self) -> None:
        """Send what waits, if that does not take long."""
        last = threading.Thread(target=self.provider.shutdown, name="last spans", daemon=True)
        last.start()
        last.join(CLOSING)
        self._exporter.shutdown()


class _Told(SpanExporter):
    """Counts what the exporter made of each batch, and says when a collector takes nothing."""

    def __init__(self, exporter: SpanExporter) -> None:
        self.taken = self.lost = 0
        self._exporter = exporter
        self._said = float("-inf")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        if result is SpanExportResult.SUCCESS:
            self.taken += len(spans)
        else:
            self.lost += len(spans)
            _LOST.add(by=len(spans))
            self._say()
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def _say(self) -> None:
        if time.monotonic() - self._said > QUIET:
            self._said = time.monotonic()
            log.warning("spans_not_taken", lost=self.lost)


def _otlp(endpoint: str) -> SpanExporter:
    where = urlsplit(endpoint)
    if where.scheme not in {"http", "https"} or not where.hostname:
        raise Refused("COMMONWEAL_OTLP_ENDPOINT must be an address such as http://127.0.0.1:4318")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 – an extra
    except ImportError:
        raise Refused(
            "COMMONWEAL_OTLP_ENDPOINT is set, but what sends spans is not installed: pip install 'commonweal[otlp]'"
        ) from None
    whole = endpoint if where.path.endswith(_PATH) else endpoint.rstrip("/") + _PATH
    return OTLPSpanExporter(whole, timeout=PATIENCE)


@contextmanager
def telemetry(settings: Settings, process: str) -> Iterator[None]:
    """Spans of this process go to the settings' collector, if they name one, until the end of the block."""
    if settings.otlp_endpoint is None:
        yield
        return
    spans = Spans(settings.otlp_endpoint, process, settings.traced)
    set_tracer_provider(spans.provider)  # for libraries that make spans themselves
    trace.collect(spans.provider)
    try:
        yield
    finally:
        trace.collect(None)
        spans.close()
