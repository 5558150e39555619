"""Freshness in SQL: the score and the label of a listing on the day somebody looks, as the domain reckons them."""

from typing import Final

from commonweal.domain.directory.freshness import A_PROBLEM_COSTS, DUE, FRESH

SCORE: Final = f"""case when {{row}}.assured_on is not null then greatest(0, floor(
    100 * power(0.5, greatest(%(today)s::date - {{row}}.assured_on, 0)::float8 / {{row}}.half_life)
    - {A_PROBLEM_COSTS} * (select count(*) from {{problem}} as p where p.service_id = {{row}}.service_id and p.resolved_at is null)
    + 0.5))::int end"""
"""Of a row with `assured_on`, `half_life` and `service_id`, beside a table `problem` with `service_id` and `resolved_at`."""
LABEL: Final = f"(select case when f.score is null then 'UNVERIFIED' when f.score >= {FRESH} then 'FRESH' when f.score >= {DUE} then 'DUE' else 'STALE' end from (select {SCORE} as score) as f)"
