"""A collector of traces for a test: a real OTLP/HTTP receiver, reading with OpenTelemetry's own shapes."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True)
class Received:
    """A span as it arrived."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    kind: int
    began: int
    ended: int
    attributes: dict[str, Any]
    links: tuple[str, ...]
    failed: bool


@dataclass
class Collector:
    """What arrived at `url`: spans, and every body as it was."""

    url: str = ""
    spans: list[Received] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    status: int = 200

    def take(self, body: bytes) -> None:
        self.bodies.append(body)
        for of_process in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = next(
                each.value.string_value for each in of_process.resource.attributes if each.key == "service.name"
            )
            for of_scope in of_process.scope_spans:
                self.spans += [_received(service, span) for span in of_scope.spans]

    def of(self, trace: str) -> list[Received]:
        return [span for span in self.spans if span.trace == trace]

    def until(self, true: Callable[[], Any], seconds: float = 30.0) -> Any:
        """Wait until what arrived is enough."""
        end = time.monotonic() + seconds
        while not (found := true()):
            assert time.monotonic() < end, [(span.service, span.name) for span in self.spans]
            time.sleep(0.05)
        return found


def _received(service: str, span: Any) -> Received:
    values = {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}
    return Received(
        service, span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), span.kind,
        span.start_time_unix_nano, span.end_time_unix_nano, values, tuple(link.span_id.hex() for link in span.links),
        span.status.code == 2,
    )  # fmt: skip


@contextmanager
def collector() -> Iterator[Collector]:
    """One on loopback until the end of the block."""
    found = Collector()

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path != "/v1/traces" or self.headers["Content-Type"] != "application/x-protobuf":
                self.send_error(404)
                return
            if found.status < 300:
                found.take(gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(found.status)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 – the name is the library's
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        found.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
