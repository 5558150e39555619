"""Sight: which cases somebody sees, as conditions of every question that is put to a room."""

from typing import Any

from commonweal.kernel.reading import Scope
from projections.places import MEMBERSHIP

Seen = tuple[list[str], dict[str, Any]]
"""Conditions on `{row}`, and their parameters."""


def let_in(row: str = "{row}") -> str:
    """SQL: nobody has to be let into the programme of this row, or the one who asks was; with the parameters of `programmes`."""
    return f"(not {row}.restricted or {row}.programme = any(%(own_programmes)s::text[]))"


def programmes(scope: Scope) -> dict[str, Any]:
    return {"own_programmes": sorted(scope.programmes)}


def seen(scope: Scope, row: str = "{row}") -> Seen:
    """On a row of the table `referral` of `projections.cases`, or one with its columns."""
    conditions = [let_in(row)]
    parameters = programmes(scope)
    if scope.everything:
        return conditions, parameters
    pcn = f"(select p.pcn from ({MEMBERSHIP.replace('{up}', row)}) as p)"
    parts = (
        (scope.pcns, "own_pcns", pcn),
        (scope.practices, "own_practices", f"{row}.practice"),
        (scope.link_workers, "own_link_workers", f"{row}.link_worker_id"),
        (scope.organisations, "own_organisations", f"{row}.source_org"),
        (scope.persons, "own_persons", f"{row}.person_id"),
    )
    held = [(name, sorted(ids), column) for ids, name, column in parts if ids]
    any_of = " or ".join(f"{column} = any(%({name})s::text[])" for name, _, column in held)
    return [*conditions, f"({any_of or 'false'})"], {**parameters, **{name: ids for name, ids, _ in held}}


def seen_through(scope: Scope) -> Seen:
    """On a row of any other table with a column `referral_id`: its case is seen."""
    conditions, parameters = seen(scope, "c")
    return [
        f"exists (select from {{referral}} as c where c.referral_id = {{row}}.referral_id and {' and '.join(conditions)})"
    ], parameters
