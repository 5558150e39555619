"""Where a practice belonged is the same whether it is asked of one referral or of very many."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonweal.runtime.installation import Installation
from projections.places import MEMBERSHIP, PCNS

_TABLES = """
set timezone to 'UTC';
create temp table membership (practice text, name text, pcn text, joined_on date, left_on date);
create temp table referral (practice text, received_at timestamptz);
"""
_ASKED = f"""
select r.practice, r.received_at, (select m.pcn from ({MEMBERSHIP}) as m), place.pcn
from referral as r
left join {PCNS} as place on place.practice = r.practice and r.received_at >= place.since and r.received_at < place.until
""".format(up="r", membership="membership")  # noqa: S608 – SQL of ours
_DAYS = st.integers(0, 20).map(lambda days: date(2026, 3, 20) + timedelta(days=days))  # the clocks change on 29 March
_PRACTICES = st.sampled_from(["K83001", "K83002"])
_MEMBERSHIPS = st.lists(
    st.tuples(_PRACTICES, st.just("Elm"), st.sampled_from(["U1", "U2", "U3"]), _DAYS, st.none() | _DAYS),
    max_size=5,
    unique_by=lambda each: (each[0], each[3]),
)
_RECEIVED = st.integers(-30, 24 * 24).map(lambda hours: datetime(2026, 3, 20, tzinfo=UTC) + timedelta(hours=hours))
_REFERRALS = st.lists(st.tuples(_PRACTICES | st.none(), _RECEIVED), min_size=1, max_size=12)


def _fill(connection: psycopg.Connection[Any], table: str, rows: list[tuple[Any, ...]]) -> None:
    connection.execute(f"truncate {table}".encode())
    for row in rows:
        connection.execute(f"insert into {table} values ({', '.join(['%s'] * len(row))})".encode(), row)  # noqa: S608


def test_a_referrals_pcn_is_that_of_the_day_it_came_whichever_way_it_is_asked(servers: Installation) -> None:
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute(_TABLES.encode())

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(_MEMBERSHIPS, _REFERRALS)
        def same(memberships: list[tuple[Any, ...]], referrals: list[tuple[Any, ...]]) -> None:
            _fill(connection, "membership", memberships)
            _fill(connection, "referral", referrals)
            found = connection.execute(_ASKED.encode()).fetchall()
            assert sorted(map(str, ((practice, at) for practice, at, _, _ in found))) == sorted(map(str, referrals))
            assert [alone for _, _, alone, _ in found] == [joined for _, _, _, joined in found]

        same()
