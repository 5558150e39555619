"""An error is told by its kind and place; what it quotes stays out of the log."""

import json
import subprocess
import sys

from commonweal.runtime.supervisor import for_a_terminal

TRACED = """
import asyncio, logging, structlog
from structlog.contextvars import bind_contextvars
from commonweal.kernel import trace
from commonweal.runtime.logs import configure
configure("info")
log = structlog.get_logger()

async def of(tenant, number):
    bind_contextvars(tenant=tenant)
    with trace.attached(f"00-{number:032x}-{number:016x}-01"):
        await asyncio.sleep(0.01)
        log.info("ours")
        logging.getLogger("a.library").warning("theirs")

async def both():
    await asyncio.gather(asyncio.create_task(of("QPM", 1)), asyncio.create_task(of("QMF", 2)))
    log.info("outside")

asyncio.run(both())
"""
SCRIPT = """
import logging, structlog
from commonweal.runtime.logs import configure
configure("info")
try:
    raise ValueError("Key (nhs_number)=(9434765919) already exists")
except ValueError:
    structlog.get_logger().bind(process="relay").exception("ended by an error")
    logging.getLogger("a.library").exception("it failed")
logging.getLogger("a.library").debug("too much")
"""


def test_an_errors_words_are_not_logged_by_us_or_a_library() -> None:
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    ours, library = map(json.loads, ended.stdout.splitlines())
    assert (ours["process"], ours["level"], ours["error"]) == ("relay", "error", "ValueError")
    assert ours["places"] == ["<string>:6 <module>"]
    assert (library["event"], library["error"]) == ("it failed", "ValueError")
    assert "9434765919" not in ended.stdout + ended.stderr


def test_each_line_says_for_which_ics_and_in_which_trace_it_was_written() -> None:
    ended = subprocess.run([sys.executable, "-c", TRACED], capture_output=True, text=True, check=True)
    *within, outside = map(json.loads, ended.stdout.splitlines())
    told = {(line["event"], line["tenant"], line["trace_id"], line["span_id"]) for line in within}
    assert told == {
        (event, tenant, f"{number:032x}", f"{number:016x}")
        for event in ("ours", "theirs")
        for tenant, number in (("QPM", 1), ("QMF", 2))
    }
    assert not {"tenant", "trace_id", "span_id"} & outside.keys()


def test_a_terminal_shows_errors_and_what_was_not_meant_for_a_log() -> None:
    assert not for_a_terminal('{"level": "info", "event": "42 events passed on"}')
    assert not for_a_terminal('{"level": "warning", "event": "tried again"}')
    assert for_a_terminal('{"level": "error", "event": "it broke"}')
    assert for_a_terminal("Traceback (most recent call last):")
