"""Whose referral it is, what was said of them and how to reach them, in words a link worker uses."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from commonweal.console.forms import Reach, Subject
from commonweal.console.wording import language
from commonweal.domain import codes
from commonweal.runtime.pages.page import day, practice_name, priority
from projections.caseload import board

_CHANNELS: Final = {
    "phone": "a telephone call",
    "sms": "a text message",
    "email": "an e-mail",
    "letter": "a letter",
    "in_person": "to be seen in person",
    "through_referrer": "to hear through the referrer",
}
"""`commonweal.domain.person.CHANNELS` in words."""


def subject(node: Mapping[str, Any], words: str | None) -> Subject:
    """A referral of the room (`caseloadReferral`), with what the referrer wrote."""
    someone = node["person"]
    born = someone["dateOfBirth"]
    where = node["sourceOrganisationName"] or codes.SOURCES_OF_REFERRAL.get(node["source"], node["source"])
    who = codes.REFERRER_ROLES.get(node["referrerRole"], node["referrerRole"])
    return Subject(
        name=someone["name"] or "Name withheld – erased",
        nhs_number=someone["nhsNumber"],
        born_on=date.fromisoformat(born) if born else None,
        practice=practice_name(node["practice"]),
        referred_on=day(node["receivedAt"]),
        referrer=f"{where} ({who})",
        needs=tuple(codes.NEEDS.get(need, need) for need in node["needs"]),
        priority=priority(node),
        setting=codes.SETTINGS.get(node["setting"], node["setting"]),
        stage=board.COLUMNS[node["stage"].lower()],
        words=words,
        reach=None if someone["erased"] else _reach(someone),
    )


def _reach(someone: Mapping[str, Any]) -> Reach:
    channel = someone["contactChannel"]
    return Reach(
        phone=someone["phone"],
        email=someone["email"],
        address="\n".join(part for part in (someone["address"], someone["postcode"]) if part) or None,
        language=language(someone["language"]) if someone["language"] else None,
        interpreter=someone["interpreter"],
        channel=_CHANNELS.get(channel, channel) if channel else None,
        safe_times=someone["safeTimes"],
        safe_to_leave_message=someone["safeToLeaveMessage"],
    )
