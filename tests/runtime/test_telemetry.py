"""What a process tells whoever watches over it: spans a collector understands, numbers Prometheus understands, nothing of a person."""

import asyncio
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text
from structlog.testing import capture_logs

from commonweal.domain.message import Refused
from commonweal.kernel import counting, trace
from commonweal.kernel.counting import REFUSALS, refused
from commonweal.runtime import lag
from commonweal.runtime.metrics import metrics, shown
from commonweal.runtime.settings import load
from commonweal.runtime.telemetry import PATIENCE, Spans, telemetry
from tests.collector import Collector, collector
from tests.runtime.conftest import eventually, free_port

REMOTE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
UNSAMPLED = REMOTE[:-1] + "0"

DASHBOARD = Path(__file__).parents[2] / "infra" / "grafana" / "commonweal.json"


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """One that takes everything: for it a process at its end waits as long as a busy machine needs."""
    monkeypatch.setattr("commonweal.runtime.telemetry.CLOSING", 20.0)
    with collector() as found:
        yield found


def under(found: Collector, tmp_path: Path, **more: str) -> AbstractContextManager[None]:
    settings = {"COMMONWEAL_DATA": str(tmp_path), "COMMONWEAL_OTLP_ENDPOINT": found.url}
    return telemetry(load({**settings, **more}), "test")


def numbers(name: str) -> dict[tuple[str, ...], float]:
    """What is shown of one sample: its labels' values, in the order of their names → value."""
    text = shown()[0].decode()
    return {
        tuple(sample.labels.values()): sample.value
        for family in read_text(text)
        for sample in family.samples
        if sample.name == name
    }


def test_a_span_arrives_as_it_was(collected: Collector, tmp_path: Path) -> None:
    with under(collected, tmp_path):
        with trace.attached(REMOTE), trace.span("GET /x", server=True, tenant="QPM", many=-7, share=0.5, yes=True):
            time.sleep(0.01)
        with pytest.raises(KeyError), trace.span("é" * 90, big=1 << 40, text="x" * 300):
            raise KeyError("9434765919")
    first, second = collected.spans
    assert (first.service, first.name, first.kind) == ("commonweal-test", "GET /x", 2)
    assert (first.trace, first.parent) == (REMOTE[3:35], REMOTE[36:52])
    assert first.attributes == {"tenant": "QPM", "many": -7, "share": 0.5, "yes": True}
    assert 0.01 <= (first.ended - first.began) / 1e9 < 5
    assert abs(first.began / 1e9 - time.time()) < 30
    assert not first.failed
    assert (second.name, second.parent, second.kind, second.failed) == ("é" * 90, "", 1, True)
    assert second.attributes == {"big": 1 << 40, "text": "x" * 300, "error.type": "KeyError"}
    assert len({span.id for span in collected.spans}) == 2
    assert b"9434765919" not in b"".join(collected.bodies)


def test_only_so_many_traces_begin_as_the_settings_say(collected: Collector, tmp_path: Path) -> None:
    with under(collected, tmp_path, COMMONWEAL_TRACE_RATIO="0.25"):
        for _ in range(400):
            with trace.span("outer"), trace.span("inner"):
                pass
    names = [span.name for span in collected.spans]
    assert 40 < names.count("outer") < 180  # 100 expected, standard deviation 9
    assert names.count("inner") == names.count("outer")  # a trace is made whole or not at all


def test_a_caller_decides_for_its_own_trace(collected: Collector, tmp_path: Path) -> None:
    with under(collected, tmp_path, COMMONWEAL_TRACE_RATIO="0"):
        for wish in (UNSAMPLED, REMOTE, None, "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "nonsense"):
            with trace.attached(wish), trace.span(f"for {wish}"):
                pass
    assert [span.name for span in collected.spans] == [f"for {REMOTE}"]


def test_without_a_collector_only_the_callers_trace_is_passed_on() -> None:
    with trace.span("nobody looks"):
        assert trace.traceparent() is None
    with trace.attached(REMOTE), trace.span("nobody looks"):
        assert trace.traceparent() == REMOTE
    assert trace.here() is None


def test_a_batch_is_in_each_of_its_events_traces(collected: Collector, tmp_path: Path) -> None:
    others = [f"00-{number:032x}-{number:016x}-01" for number in range(1, 40)]
    with under(collected, tmp_path):
        with trace.batch("relay", [REMOTE, None, REMOTE, UNSAMPLED], tenant="QPM"):
            pass
        with trace.batch("project", others, tenant="QPM"):
            pass
        with trace.batch("nothing", [None, UNSAMPLED]):
            pass
    (alone,) = [span for span in collected.spans if span.name == "relay"]
    assert (alone.trace, alone.parent, alone.links) == (REMOTE[3:35], REMOTE[36:52], ())
    projected = [span for span in collected.spans if span.name == "project"]
    (whole,) = [span for span in projected if not span.parent]
    assert whole.links == tuple(other[36:52] for other in others)
    assert len(projected) == trace.CHILDREN + 1
    assert all(span.links == (whole.id,) for span in projected if span.parent)
    assert not [span for span in collected.spans if span.name == "nothing"]


def test_a_collector_that_takes_nothing_costs_the_spans_and_nothing_else(collected: Collector) -> None:
    collected.status = 500
    with sent(collected.url) as spans, capture_logs() as lines:
        with trace.span("lost"):
            pass
        eventually(lambda: spans.lost == 1)
        with trace.span("lost too"):
            pass
        eventually(lambda: spans.lost == 2)
        collected.status = 200
        with trace.span("kept"):
            pass
    assert [span.name for span in collected.spans] == ["kept"]
    assert [line["event"] for line in lines] == ["spans_not_taken"]  # once a minute


@pytest.mark.parametrize("provider", ["metrics.shown()", "telemetry.Spans('http://127.0.0.1:1', 'test')"])
def test_who_counts_and_traces_can_start_a_program(provider: str) -> None:
    program = f"""
from commonweal.runtime import child, metrics, telemetry
provided = {provider}
import concurrent.futures.thread
print(child.start("true", ["/bin/true"]).process.wait(10))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "0\n", done.stderr


def test_a_collector_that_is_away_is_found_again(caplog: pytest.LogCaptureFixture) -> None:
    with sent(f"http://127.0.0.1:{free_port()}") as spans:
        began = time.perf_counter()
        with trace.span("lost"):
            pass
        assert time.perf_counter() - began < PATIENCE  # the work does not wait
        eventually(lambda: spans.lost == 1)
    assert not [line for line in caplog.records if line.name.startswith("opentelemetry")]


def test_a_collector_that_never_answers_does_not_keep_a_process_from_ending() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with sent(f"http://127.0.0.1:{silent.getsockname()[1]}"):
            with trace.span("lost"):
                pass
            began = time.perf_counter()
        assert time.perf_counter() - began < PATIENCE


@contextmanager
def sent(url: str) -> Iterator[Spans]:
    spans = Spans(url, "test")
    trace.collect(spans.provider)
    try:
        yield spans
    finally:
        trace.collect(None)
        spans.close()


def test_an_endpoint_without_the_extra_that_sends_to_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(Refused, match=r"pip install 'commonweal\[otlp\]'"):
        Spans("http://127.0.0.1:4318", "test")


def test_one_new_trace_in_ten_is_made_in_production_unless_more_are_wanted(tmp_path: Path) -> None:
    def ratio(**more: str) -> float:
        return load({"COMMONWEAL_DATA": str(tmp_path), **more}).traced

    assert ratio() == 1.0
    assert ratio(COMMONWEAL_ENVIRONMENT="production") == 0.1
    assert ratio(COMMONWEAL_ENVIRONMENT="production", COMMONWEAL_TRACE_RATIO="0.5") == 0.5


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Refused, match="COMMONWEAL_OTLP_ENDPOINT must be an address"):
        Spans("127.0.0.1:4318", "test")


def test_a_refusal_is_counted_by_its_kind_and_by_an_ics_that_is_hosted_here() -> None:
    counting.host("QZG")
    before = numbers("commonweal_refusals_total")
    for kind in REFUSALS:
        refused(kind)
    refused("token", "QZG")
    refused("token", "Araminta Example")
    now = numbers("commonweal_refusals_total")
    assert {labels for labels in now if now[labels] != before.get(labels)} == {
        *((kind, "") for kind in REFUSALS),
        ("token", "QZG"),
    }
    assert now["token", ""] == before.get(("token", ""), 0) + 2
    with pytest.raises(ValueError, match="not among the kinds"):
        refused("person 9434765919")


def test_how_long_requests_took_is_a_histogram() -> None:
    kind = "histogram of a test"
    for seconds in (0.0004, 0.02, 0.02, 99.0):
        counting.REQUESTS.add(seconds, kind, "2xx")
    buckets = numbers("commonweal_request_duration_seconds_bucket")
    assert [buckets[kind, bound, "2xx"] for bound in ("0.001", "0.01", "0.025", "10.0", "+Inf")] == [1, 1, 3, 3, 4]
    assert numbers("commonweal_request_duration_seconds_count")[kind, "2xx"] == 4
    assert numbers("commonweal_request_duration_seconds_sum")[kind, "2xx"] == pytest.approx(99.0404)


def test_the_numbers_are_shown_at_a_port_of_their_own_in_both_of_prometheus_formats() -> None:
    port, looked = free_port(), []

    async def look() -> None:
        looked.append(1)

    async def broken() -> None:
        raise ConnectionError("away")

    def ask(path: str, accept: str) -> tuple[int, str]:
        try:
            with urlopen(Request(f"http://127.0.0.1:{port}{path}", headers={"Accept": accept}), timeout=5) as answer:
                return answer.status, answer.read().decode()
        except OSError as error:
            return getattr(error, "code", 0), ""

    async def serve() -> list[tuple[int, str]]:
        async with (
            metrics("127.0.0.1", port, [broken, look]),
            metrics("127.0.0.1", port, []),
        ):  # the second: taken already
            asked = [("/metrics", "text/plain"), ("/metrics", "application/openmetrics-text"), ("/", "*/*")]
            return [await asyncio.to_thread(ask, *each) for each in asked]

    refused("token")
    counting.REQUESTS.add(0.1, "page", "2xx")
    lag.WAITING.now = {("QZG",): 3}
    text, openmetrics, other = asyncio.run(serve())
    assert (text[0], openmetrics[0], other[0], len(looked)) == (200, 200, 404, 2)
    for found in (list(read_text(text[1])), list(read_openmetrics(openmetrics[1]))):  # type: ignore[no-untyped-call]
        assert names(found) >= {"commonweal_refusals", "commonweal_request_duration_seconds", lag.WAITING.name}
    assert asyncio.run(closed(port))


def names(families: list[Metric]) -> set[str]:
    return {family.name.removesuffix("_total") for family in families}


async def closed(port: int) -> bool:
    try:
        await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return True
    return False


def test_the_dashboard_asks_for_numbers_there_are() -> None:
    asked = set(re.findall(r"commonweal_\w+", DASHBOARD.read_text()))
    there: set[str] = set()
    for each in [each for module in (counting, lag) for each in vars(module).values()]:
        match each:
            case counting.Gauge(kind="gauge"):
                there.add(each.name)
            case counting.Tally() | counting.Gauge():
                there.add(f"{each.name}_total")
            case counting.Spread():
                there |= {f"{each.name}_{ending}" for ending in ("bucket", "count", "sum")}
            case _:
                pass
    assert asked
    assert asked <= there
