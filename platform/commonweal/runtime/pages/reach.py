"""How to reach somebody, in words a link worker uses."""

from collections.abc import Mapping
from typing import Any

from commonweal.console.forms import Reach
from commonweal.console.wording import language
from projections.person_record.told import CHANNELS


def reach(someone: Mapping[str, Any]) -> Reach:
    """Of a person of a room: their telephone, e-mail, address, language and what they said is safe; with what another record lends."""
    channel = someone["contactChannel"]
    return Reach(
        phone=someone["phone"],
        email=someone["email"],
        address="\n".join(part for part in (someone["address"], someone["postcode"]) if part) or None,
        language=language(someone["language"]) if someone["language"] else None,
        interpreter=someone["interpreter"],
        channel=CHANNELS.get(channel, channel) if channel else None,
        safe_times=someone["safeTimes"],
        safe_to_leave_message=someone["safeToLeaveMessage"],
        lent=someone.get("lent", ()),
    )
