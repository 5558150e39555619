"""Live: what somebody looks at changes before their eyes when the record does."""

from typing import Any

from jinja2 import Environment

from commonweal.runtime.asking import Asking
from commonweal.runtime.live import board, transport
from commonweal.runtime.live.hub import Hub
from commonweal.runtime.pages.page import Pages

__all__ = ["routes"]


def routes(asking: Asking, console: Environment, hub: Hub) -> list[Any]:
    """Where one can listen."""
    return [transport.route(transport.Live(asking, hub)), board.route(Pages(asking, console), hub)]
