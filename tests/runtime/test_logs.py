"""An error is told by its kind and place; what it quotes stays out of the log."""

import json
import subprocess
import sys

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
