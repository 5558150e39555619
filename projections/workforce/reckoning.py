"""How the workforce is reckoned for a day: hours, caseloads and waits, shared out over whom or what one asks about.

A link worker's own numbers are theirs. What is asked by practice, PCN or federation counts cases by the practice of the person, and
hours in equal parts over the practices or PCNs that host the link worker; by funder, everything in the parts that each pays. How full
somebody is follows from all that they carry, also of people whom the one who asks does not see.
"""

from typing import Final

from commonweal.kernel.reading import Scope
from projections.contacts import HELD
from projections.disclosure import of_many_sql
from projections.places import PCNS
from projections.sight import Seen, let_in, seen

QUIET: Final = 28
"""Days without a contact after which somebody asks why. Source: domain practice, local."""

END: Final = "((%(on)s::date + 1)::timestamp at time zone 'Europe/London')"
"""The first moment after the day that is asked about; the period before it begins at `START`."""
START: Final = "((%(on)s::date - %(days)s::int + 1)::timestamp at time zone 'Europe/London')"

_QUIET_SINCE: Final = f"({END} - interval '{QUIET} days')"


def at_day(kind: str, day: str = "%(on)s::date") -> str:
    """SQL: what was agreed with a link worker `{row}` for a day; null before the first agreement."""
    return (
        "(select a.number from {agreed} as a where a.worker_id = {row}.worker_id"
        f" and a.kind = '{kind}' and a.from_on <= {day} order by a.from_on desc limit 1)"
    )


_HOSTS: Final = """(select h.practices, h.pcns from {host} as h where h.worker_id = w.worker_id and h.from_on <= %(on)s::date
    order by h.from_on desc limit 1)"""
_FUNDERS: Final = """lateral (select s.value ->> 'funder' as key, (s.value ->> 'percent')::numeric / 100 as share
    from (select f.split from {{funding}} as f where f.worker_id = {0}.worker_id and f.from_on <= %(on)s::date
        order by f.from_on desc limit 1) as f, json_array_elements(f.split) as s)"""
_EVENLY: Final = (
    """(select e.value as key, 1 / count(*) over ()::numeric as share from json_array_elements_text({0}) as e)"""
)


def _hosted(column: str) -> str:
    return f"lateral (select e.key, e.share from {_HOSTS} as h, lateral {_EVENLY.format(f'h.{column}')} as e)"


_FEDERATED: Final = (
    "(select f.federation as key from {{federation}} as f where {0} in (select json_array_elements_text(f.pcns)))"
)

_HOURS: Final = {
    "WORKER": "lateral (select w.worker_id as key, 1::numeric as share)",
    "PRACTICE": _hosted("practices"),
    "PCN": _hosted("pcns"),
    "FEDERATION": (
        f"lateral (select d.key, p.share from {_hosted('pcns')} as p, lateral {_FEDERATED.format('p.key')} as d)"
    ),
    "FUNDER": _FUNDERS.format("w"),
}
"""Cut → how a link worker `w`'s hours are shared out: rows of `key` and `share`."""
_CASES: Final = {
    "WORKER": "lateral (select k.worker_id as key, 1::numeric as share)",
    "PRACTICE": "lateral (select k.practice as key, 1::numeric as share)",
    "PCN": "lateral (select k.pcn as key, 1::numeric as share)",
    "FEDERATION": f"lateral (select d.key, 1::numeric as share from {_FEDERATED.format('k.pcn')} as d)",
    "FUNDER": _FUNDERS.format("k"),
}
"""Cut → the same of what is told of a case, `k`."""
_LABELS: Final = {
    "WORKER": "(select w.display_name from {{link_worker}} as w where w.worker_id = {0})",
    "PRACTICE": "(select m.name from {{membership}} as m where m.practice = {0} order by m.joined_on desc limit 1)",
    "PCN": "(select p.name from {{pcn}} as p where p.pcn = {0})",
    "FEDERATION": "(select f.name from {{federation}} as f where f.federation = {0})",
    "FUNDER": "{0}",
}
CUTS: Final = tuple(_HOURS)


def of_workers(scope: Scope, row: str = "{row}") -> Seen:
    """Which link workers somebody sees: their own, and those hosted by their practices and PCNs."""
    if scope.everything:
        return [], {}
    parts = (
        (scope.link_workers, "own_link_workers", f"{row}.worker_id = any(%(own_link_workers)s::text[])"),
        (scope.pcns, "own_pcns", _among(row, "pcns", "own_pcns")),
        (scope.practices, "own_practices", _among(row, "practices", "own_practices")),
    )
    held = [(name, sorted(ids), condition) for ids, name, condition in parts if ids]
    any_of = " or ".join(condition for _, _, condition in held)
    return [f"({any_of or 'false'})"], {name: ids for name, ids, _ in held}


def _carried(cut: str, scope: Scope) -> str:
    """SQL: a row of `key`, `carried` and `carrying` for all that the link workers in `post` carry: its weight, and how many cases."""
    if scope.everything:
        return "(select w.key, w.weight as carried, w.open as carrying from work as w)"
    return f"""(select d.key, round(sum(k.n * d.share))::int as carried, count(*)::int as carrying from (
            select h.worker_id, r.practice, place.pcn, h.weight::numeric as n
            from held as h join post as p using (worker_id) join {{referral}} as r using (referral_id) left join {PCNS} as place
                on place.practice = r.practice and r.received_at >= place.since and r.received_at < place.until
            where {let_in("r")}
        ) as k, {_CASES[cut]} as d group by d.key)"""


def _among(row: str, column: str, name: str) -> str:
    host = f"(select h.{column} from {{host}} as h where h.worker_id = {row}.worker_id order by h.from_on desc limit 1)"
    return f"exists (select from json_array_elements_text({host}) as e where e = any(%({name})s::text[]))"


def source(cut: str, scope: Scope, *, exact: bool) -> tuple[str, dict[str, object]]:
    """SQL of a row for each key of a cut, and its parameters beside `on` and `days`. `exact`: nothing is held back; else of counts
    nothing is yet, see `telling`."""
    cases, some = seen(scope, "r")
    workers, more = of_workers(scope, "w")
    posts = " and ".join(
        ["w.engaged_on <= %(on)s::date", "(w.last_day is null or w.last_day >= %(on)s::date)", *workers]
    )
    sql = f"""(with visible as materialized (
        select r.referral_id, r.practice, place.pcn, r.received_at, r.first_contact_at, r.first_contact_by
        from {{referral}} as r left join {PCNS} as place
            on place.practice = r.practice and r.received_at >= place.since and r.received_at < place.until
        where {" and ".join(cases)}
    ), post as (
        select w.worker_id, coalesce({at_day("hours").replace("{row}", "w")}, 0) as hours,
            coalesce({at_day("limit").replace("{row}", "w")}, 0) as cap
        from {{link_worker}} as w where {posts}
    ), hours as (
        select d.key, count(*) as workers, sum(w.hours * d.share) / 100 as fte, sum(w.hours * w.cap * d.share) / 100 as room
        from post as w, {_HOURS[cut]} as d group by d.key
    ), held as (
        select m.referral_id, m.worker_id, sum(m.weight) as weight, max(m.at) as since from {{move}} as m
        where m.at < {END} group by m.referral_id, m.worker_id having sum(m.cases) > 0
    ), meeting as (
        select c.referral_id, c.worker_id, c.at, c.outcome from {HELD} as c where c.at >= least({START}, {_QUIET_SINCE}) and c.at < {END}
        union all select c.referral_id, c.worker_id, c.at, c.outcome from {{contact}} as c
        where c.outcome = 'missed' and c.at >= {START} and c.at < {END}
    ), told as (
        select 'open' as kind, h.worker_id, v.practice, v.pcn, h.weight::numeric as n, null::numeric as waited,
            h.since < {_QUIET_SINCE} and l.referral_id is null as quiet
        from held as h join visible as v using (referral_id)
        left join (select distinct c.referral_id from meeting as c where c.outcome = 'held' and c.at >= {_QUIET_SINCE}) as l using (referral_id)
        union all
        select 'new', m.worker_id, v.practice, v.pcn, 1, null, false from {{move}} as m join visible as v using (referral_id)
        where m.new and m.at >= {START} and m.at < {END}
        union all
        select 'first', v.first_contact_by, v.practice, v.pcn, 1, extract(epoch from v.first_contact_at - v.received_at) / 86400, false
        from visible as v where v.first_contact_at >= {START} and v.first_contact_at < {END}
        union all
        select c.outcome, c.worker_id, v.practice, v.pcn, 1, null, false from meeting as c join visible as v using (referral_id)
        where c.at >= {START}
    ), work as (
        select d.key,
            round(coalesce(sum(d.share) filter (where k.kind = 'open'), 0))::int as open,
            round(coalesce(sum(k.n * d.share) filter (where k.kind = 'open'), 0))::int as weight,
            round(coalesce(sum(d.share) filter (where k.kind = 'open' and k.quiet), 0))::int as quiet,
            round(coalesce(sum(d.share) filter (where k.kind = 'new'), 0))::int as new,
            count(*) filter (where k.kind = 'first')::int as first,
            percentile_cont(0.5) within group (order by k.waited) as median,
            percentile_cont(0.9) within group (order by k.waited) as slow,
            round(coalesce(sum(d.share) filter (where k.kind = 'held'), 0))::int as held,
            round(coalesce(sum(d.share) filter (where k.kind = 'missed'), 0))::int as missed
        from told as k, {_CASES[cut]} as d group by d.key
    ), burden as {_carried(cut, scope)}, line as (
        select a.key, coalesce(h.workers, 0)::int as workers, coalesce(h.fte, 0) as fte,
            coalesce(h.room, 0) as room, coalesce(w.open, 0) as open, coalesce(w.weight, 0) as weight, coalesce(w.quiet, 0) as quiet,
            coalesce(w.new, 0) as new, coalesce(w.first, 0) as first, w.median, w.slow, coalesce(w.held, 0) as held,
            coalesce(w.missed, 0) as missed, coalesce(b.carried, 0) as carried, coalesce(b.carrying, 0) as carrying
        from (select h.key from hours as h union select w.key from work as w) as a
        left join hours as h on coalesce(h.key, '') = coalesce(a.key, '') left join work as w on coalesce(w.key, '') = coalesce(a.key, '')
        left join burden as b on coalesce(b.key, '') = coalesce(a.key, '')
    ) select b.key, coalesce({_LABELS[cut].format("b.key")}, b.key, 'Not known') as label, b.workers,
        round(b.fte, 2)::float8 as fte, round(b.room)::int as room, {_numbers(exact=exact)} from line as b)"""
    return sql, {**some, **more}


def _numbers(*, exact: bool) -> str:
    """The numbers about people; means, and what cases weigh, of many alone where somebody does not see the people too."""

    def of_many(value: str, name: str) -> str:
        return value if exact else of_many_sql(value, name)

    return f"""b.open, {of_many("b.weight", "b.open")} as weight,
        {of_many("b.carried", "b.carrying")} as carried, b.new, round(b.new / nullif(b.fte, 0), 1)::float8 as per_fte,
        {of_many("round(b.median::numeric, 1)::float8", "b.first")} as median,
        {of_many("round(b.slow::numeric, 1)::float8", "b.first")} as slow, b.held, b.missed,
        round(100.0 * b.missed / nullif(b.held + b.missed, 0))::int as missed_percent, b.quiet, 0 as suppressed"""
