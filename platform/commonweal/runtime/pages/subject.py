"""Whose referral it is, what was said of them and how to reach them, in words a link worker uses."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from commonweal.console.forms import Subject
from commonweal.domain import codes
from commonweal.runtime.pages.page import day, practice_name, priority
from commonweal.runtime.pages.reach import reach
from projections.caseload import board


def subject(node: Mapping[str, Any], words: str | None) -> Subject:
    """A referral of the room (`caseloadReferral`), with what the referrer wrote."""
    someone = node["person"]
    born = someone["dateOfBirth"]
    return Subject(
        name=someone["name"] or "Name withheld – erased",
        nhs_number=someone["nhsNumber"],
        born_on=date.fromisoformat(born) if born else None,
        practice=practice_name(node["practice"]),
        referred_on=day(node["receivedAt"]),
        referrer=referrer(node),
        needs=tuple(codes.NEEDS.get(need, need) for need in node["needs"]),
        priority=priority(node),
        setting=codes.SETTINGS.get(node["setting"], node["setting"]),
        stage=board.COLUMNS[node["stage"].lower()],
        words=words,
        reach=None if someone["erased"] else reach(someone),
    )


def referrer(node: Mapping[str, Any]) -> str:
    """Who sent it: the place, and what they are."""
    where = node["sourceOrganisationName"] or codes.SOURCES_OF_REFERRAL.get(node["source"], node["source"])
    who = codes.REFERRER_ROLES.get(node["referrerRole"], node["referrerRole"])
    return f"{where} ({who})"
