"""Balances: what there is of each pledge, as the ledger adds up, and whose balances somebody sees.

SQL, with `{pledge}` and `{ledger}` as they were where a moment is asked for.
"""

from typing import Any, Final

from commonweal.kernel.reading import Reader, Scope

FUNDS: Final = "chest_funds"
"""The view of funds, which funders have too."""
STAFF: Final = "chest_grants"
"""The view of applications, which those have who run a fund or judge in it, and no funder as such."""
MONEY: Final = ("pledged", "confirmed", "received", "awarded", "paid", "committed", "available")
MOVED: Final = "select coalesce(sum(l.pence), 0)::bigint from {ledger} as l"
AWARDED: Final = "l.kind in ('AWARDED', 'RELEASED')"
PAID: Final = "l.kind in ('PAID', 'RETURNED')"
RECEIVED: Final = "l.kind in ('RECEIVED', 'GIVEN_BACK')"
"""What of the ledger's kinds changes what is awarded, what is paid, and what is there."""


def of_grant(row: str, which: str) -> str:
    """SQL: what the lines of the ledger `l` of a row with a `grant_id` come to that are `which`."""
    return f"({MOVED} where l.grant_id = {row}.grant_id and {which})"


GRANTED: Final = of_grant("g", AWARDED)
"""SQL: what a grant `g` is awarded."""
IN_FUND: Final = "(%(fund)s::text is null or g.fund_id = %(fund)s)"
"""SQL: a grant `g` is of the fund that was asked for, or none was."""
_LAST: Final = "(array_agg({0} order by l.position desc) filter (where {1}))[1]"
PLEDGES: Final = f"""(select p.*, s.pledged, s.received, s.awarded, s.paid, s.awarded - s.paid as committed, c.confirmed, c.counts,
        case when c.counts then c.confirmed - s.awarded else 0 end as available,
        case when s.withdrawn then 'WITHDRAWN' when s.agreed then 'CONFIRMED' else 'PROPOSED' end as phase
    from {{pledge}} as p cross join lateral (
        select {_LAST.format("l.level", "l.level is not null")} as pledged,
            bool_or(l.kind = 'CONFIRMED') as agreed, bool_or(l.kind = 'WITHDRAWN') as withdrawn,
            coalesce({_LAST.format("l.kind", "l.kind in ('MATCHED', 'UNMATCHED')")} = 'MATCHED', false) as matched,
            coalesce(sum(l.pence) filter (where {RECEIVED}), 0)::bigint as received,
            coalesce(sum(l.pence) filter (where {AWARDED}), 0)::bigint as awarded,
            coalesce(sum(l.pence) filter (where {PAID}), 0)::bigint as paid
        from {{ledger}} as l where l.pledge = p.pledge
    ) as s cross join lateral (
        select case when s.agreed then s.pledged else 0 end as confirmed,
            s.agreed and not s.withdrawn and (p.match_pence = 0 or s.matched) as counts
    ) as c)"""
"""Each pledge with what is had of it, in pence. It counts where it can be awarded: see `fund_pledges.Pledge`."""
_SUMS: Final = ", ".join(f"coalesce(sum(b.{each}), 0)::bigint as {each}" for each in MONEY)
POOLED: Final = f"cross join lateral (select {_SUMS} from {PLEDGES} as b where b.fund_id = {{up}}.fund_id) as {{row}}"
"""The join that brings in what a fund `{up}` has, whoever gave it."""
BY_FUNDER: Final = f"(select b.fund_id, b.funder, {_SUMS} from {PLEDGES} as b group by b.fund_id, b.funder)"
THEIRS: Final = "(%(all_funders)s::boolean or {row}.funder = any(%(own_funders)s::text[]))"
"""SQL: what a row with a `funder` says is for the one who asks; with the parameters of `whose`."""
THEIR_FUNDS: Final = f"""(%(all_funders)s::boolean or exists (
    select from {{pledge}} as o where o.fund_id = {{row}}.fund_id and {THEIRS.replace("{row}", "o")}))"""
"""SQL: a row with a `fund_id` is of a fund whose pooled money is for the one who asks."""


def whose(asker: Reader, view: str = FUNDS, all_of: str = STAFF) -> dict[str, Any]:
    """Whose money somebody sees in a view: all of it who has `all_of`, as those have who run a fund or judge in it, else that of the
    organisations they fund for.

    A funder for the whole ICS is nobody's funder, and sees nothing."""
    own = asker.scope(view).organisations
    return {"all_funders": sees(asker, all_of), "own_funders": sorted(own)}


def runs(scope: Scope) -> bool:
    """Everybody has the whole chest before them who works in it for the ICS, or was sent by an organisation."""
    return scope.everything or bool(scope.organisations)


def sees(asker: Reader, view: str) -> bool:
    """May the one who asks see this beside what they asked for?"""
    scope = asker.beside(view)
    return scope is not None and runs(scope)
