"""Where everything listens on this machine, looked at before anything starts."""

import socket
from collections.abc import Iterable
from typing import Final

from commonweal.domain.message import Refused
from commonweal.runtime.settings import Settings

LINES: Final = 8
"""MLLP ports in a row that are looked at before anything starts: the example ICSs have seven lines."""
METRICS: Final = 9464
"""The first process shows its numbers here unless the settings say otherwise, each further one at the next port."""


def refuse_busy(settings: Settings) -> None:
    """Raises `Refused`, with what to do about it, for a port the console or an MLLP line cannot have."""
    first, last = settings.mllp_port, settings.mllp_port + LINES - 1
    other_line = (
        f"the MLLP lines 0 to {LINES - 1} take the ports {first} to {last}, "
        "choose another first one with --mllp-port or COMMONWEAL_MLLP_PORT"
    )
    other = "choose another with --port or COMMONWEAL_PORT"
    for advice, port in ((other, settings.port), *((other_line, line) for line in range(first, last + 1))):
        if why := _not_to_be_had(settings.host, port):
            raise Refused(f"port {port} on {settings.host} cannot be had ({why}): {advice}")


def of_numbers(settings: Settings, number: int) -> int:
    """The port at which the process of that number in the order of starting shows its numbers."""
    return (settings.metrics_port or METRICS) + number


def where_numbers_are(settings: Settings, names: Iterable[str]) -> str:
    """A sentence for whoever watches over the installation. It holds for what starts next: nothing of ours listens yet."""
    ports = {name: of_numbers(settings, number) for number, name in enumerate(names)}
    busy = {name for name, port in ports.items() if _not_to_be_had(settings.metrics_host, port)}
    shown = ", ".join(f"{port} {name}" for name, port in ports.items() if name not in busy)
    taken = ", ".join(f"{port} {name}" for name, port in ports.items() if name in busy)
    where = f"numbers for Prometheus at http://{settings.metrics_host}:PORT/metrics: {shown}"
    if not taken:
        return f"{where}; COMMONWEAL_METRICS_PORT names another first port"
    advice = "COMMONWEAL_METRICS_PORT names another first port to start with"
    if not shown:
        return f"no numbers are shown for Prometheus, these ports cannot be had: {taken}; {advice}"
    return f"{where}; not shown, their ports cannot be had: {taken}; {advice}"


def _not_to_be_had(host: str, port: int) -> str | None:
    """Why nobody can listen there now; None where one can."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            return error.strerror
    return None
