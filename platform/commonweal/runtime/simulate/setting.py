"""Where invented cases come from: one ICS's own practices and trusts, and those nearby who also think of a link worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from commonweal.domain import due, tenant
from commonweal.domain.message import Refused
from commonweal.runtime.simulate.services import services

_TRUST: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    "acute": (
        ("06", "ward", "nurse"),
        ("06", "discharge", "discharge_coordinator"),
        ("06", "outpatient", "hospital_doctor"),
        ("05", "ed", "hospital_doctor"),
    ),
    "mental_health": (("23", "mental_health", "mental_health"),),
    "community": (("07", "outpatient", "allied_health"),),
}
"""Kind of trust → (source, setting, referrer's role)."""
_ELSEWHERE: Final = (
    ("02", "self", "person"),
    ("03", "carer", "carer"),
    ("11", "local_authority", "social_worker"),
    ("20", "vcfse", "voluntary"),
    ("pharmacy", "pharmacy", "pharmacist"),
)


@dataclass(frozen=True, slots=True)
class Practice:
    """`organisation` stands for it where an organisation is asked for: its own code, else its PCN's."""

    key: str
    pcn: str

    @property
    def organisation(self) -> str:
        return self.pcn if "/" in self.key else self.key


@dataclass(frozen=True, slots=True)
class Setting:
    """Where invented cases come from: one ICS's own practices and trusts."""

    ods: str
    practices: tuple[Practice, ...]
    trusts: tuple[tuple[str, str], ...]
    """(code, kind)"""
    now: datetime
    services: tuple[str, ...] = ()
    """Ids of the community services people are connected with."""


def setting(ods: str, state: tenant.State, now: datetime) -> Setting:
    """An ICS as it is today. Refuses where no practice is in a PCN."""
    practices = tenant.practices(state, due.today(now))
    if not practices:
        raise Refused(f"{ods} has no practice in any PCN: name some in its file and onboard it again")
    trusts = tuple((code, trust.kind) for code, trust in sorted(state.trusts.items()) if trust.kind in _TRUST)
    return Setting(ods, tuple(Practice(*each) for each in sorted(practices)), trusts, now, services(ods))


def source(chance: Random, where: Setting, practice: Practice) -> tuple[str, str, str, str]:
    """Who refers, as (source, organisation, setting, referrer's role): three in ten from a trust, nearly half from the practice."""
    draw = chance.random()
    if draw < 0.3 and where.trusts:
        code, kind = chance.choice(where.trusts)
        by, place, role = chance.choice(_TRUST[kind])
        return by, code, place, role
    if draw < 0.75:
        return "01", practice.organisation, "gp", chance.choice(("gp", "gp", "nurse", "receptionist"))
    by, place, role = chance.choice(_ELSEWHERE)
    return by, where.ods, place, role


TRUSTS: Final = frozenset(by for kinds in _TRUST.values() for by, _, _ in kinds)
"""Sources that are trusts."""
