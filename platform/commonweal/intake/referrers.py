"""Referrers: what is known of who refers by their role alone."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Referrer(NamedTuple):
    """Codes of the lists in `commonweal.domain.codes`."""

    source: str
    setting: str
    role: str


BY_ROLE: Final[Mapping[str, Referrer]] = {
    "practice": Referrer("01", "gp", "other"),
    "hospital": Referrer("06", "ward", "other"),
    "emergency_department": Referrer("05", "ed", "other"),
    "mental_health_trust": Referrer("23", "mental_health", "mental_health"),
    "diagnostic_hub": Referrer("06", "diagnostic_hub", "other"),
    "referrer": Referrer("11", "local_authority", "other"),
}
"""The roles of those who refer, in the order in which one of several counts."""
_VOLUNTARY: Final = Referrer("20", "vcfse", "voluntary")


def referrer(role: str, organisation: str) -> Referrer:
    """An organisation known by its charity or company number is a voluntary one, whatever its role says."""
    return _VOLUNTARY if organisation.startswith("GB-") else BY_ROLE[role]
