"""Set-up: a row for every colleague, each thing they may do, every programme and every framework."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from commonweal.domain import user
from commonweal.domain.plans import framework
from commonweal.domain.referrals import programme
from commonweal.kernel.read_model import Change, Put, Remove, Statement, by_module
from commonweal.kernel.streams import Fact

_LISTS: Final = ("practices", "lsoas", "needs", "excluded_needs")
_NO_CRITERIA: Final[Mapping[str, Any]] = {
    "criteria_version": None,
    "minimum_age": None,
    "maximum_age": None,
    **{each: [] for each in _LISTS},
}


def _user(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case user.UserGranted(role=role, scope=scope):
            if fact.version == 1:
                yield Put("user", {"user_id": fact.identity, "display_name": ""})
            row = {"allowed": _allowed(fact.identity, role, scope), "user_id": fact.identity}
            yield Put("allowed", {**row, "role": role, "scope": scope, "since": fact.recorded_at})
        case user.UserRevoked(role=role, scope=scope):
            yield Remove("allowed", _allowed(fact.identity, role, scope))
        case user.UserNamed(display_name=name):
            yield Put("user", {"user_id": fact.identity, "display_name": name})
        case _:
            pass


def _allowed(user_id: str, role: str, scope: str) -> str:
    return f"{user_id}|{role}|{scope}"


def _programme(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case programme.ProgrammeOpened(name=name, restricted=restricted):
            known = {"programme": fact.identity, "name": name, "restricted": restricted, "open": True}
            yield Put("programme", {**known, **_NO_CRITERIA})
        case programme.CriteriaPublished() as event:
            lists = {each: list(getattr(event, each)) for each in _LISTS}
            ages = {"minimum_age": event.minimum_age, "maximum_age": event.maximum_age}
            yield Change("programme", fact.identity, {"criteria_version": event.version, **ages, **lists})
        case programme.ProgrammeClosed():
            yield Change("programme", fact.identity, {"open": False})
        case _:
            pass


def _framework(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case framework.FrameworkPublished(version=version, name=name, domains=domains):
            known = {"framework": fact.identity, "version": version, "name": name}
            yield Put("framework", {**known, "domains": list(domains), "retired": False})
        case framework.FrameworkRetired():
            yield Change("framework", fact.identity, {"retired": True})
        case _:
            pass


project: Final = by_module(
    {
        user: _user,
        programme: _programme,
        framework: _framework,
    }
)
"""The rows an event makes or changes."""
