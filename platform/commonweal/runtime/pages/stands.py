"""What has become of an award, in a few words for everybody."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from commonweal.console.wording import long_date
from commonweal.domain.chest.money import pounds

_STANDS: Final = {
    "ACCEPTED": "Accepted, not signed yet",
    "ACTIVE": "Running",
    "PAUSED": "Paused",
    "TERMINATED": "Ended early",
    "CLOSED": "Closed",
}


def stands(node: Mapping[str, Any]) -> str:
    """It stays listed, whatever has become of it: `Ended early on 3 May 2026, tapered to nothing, £900 at first`."""
    over = node["overOn"] is not None
    ended = f" on {long_date(date.fromisoformat(node['overOn']))}" if over else ""
    tapers = (", tapered to nothing" if over else ", tapers") if node["tapers"] else ""
    was = f", {pounds(node['firstAwarded'])} at first" if node["awarded"] != node["firstAwarded"] else ""
    return f"{_STANDS[node['phase']]}{ended}{tapers}{was}"
