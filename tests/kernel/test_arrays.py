"""Arrays arrive in PostgreSQL as psycopg itself would have sent them."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonweal.kernel import arrays
from commonweal.runtime.installation import Installation

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
TIMES = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001 – bounds of the clock on the wall, in whichever zone
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]),
)
KINDS: list[tuple[str, Callable[[Any], arrays.Array], st.SearchStrategy[Any]]] = [
    ("text", arrays.texts, st.none() | TEXT),
    ("bytea", arrays.blobs, st.none() | st.binary()),
    ("integer", arrays.integers, st.integers(-(2**31), 2**31 - 1)),
    ("uuid", arrays.uuids, st.none() | st.uuids()),
    ("timestamptz", arrays.times, st.none() | TIMES),
    ("boolean", arrays.booleans, st.booleans()),
]


@pytest.fixture(scope="module")
def connection(servers: Installation) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(servers.database_url, autocommit=True) as connected:
        yield connected


@pytest.mark.parametrize(("kind", "write", "values"), KINDS, ids=[kind for kind, _, _ in KINDS])
def test_an_array_arrives_as_it_was_meant(
    kind: str, write: Callable[[Any], arrays.Array], values: st.SearchStrategy[Any], connection: psycopg.Connection[Any]
) -> None:
    query = f"select %s::{kind}[], %s::{kind}[] is not distinct from %s::{kind}[]"  # noqa: S608 – a type's name

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(values, max_size=8))
    def arrives(sent: list[Any]) -> None:
        row = connection.execute(query, (write(sent), write(sent), sent), binary=True).fetchone()
        assert row == (sent, True)

    arrives()


def test_the_letters_of_every_language_arrive(connection: psycopg.Connection[Any]) -> None:
    sent = ["", "Żółć", "سلام", '🙂 {"},\\ NULL', "NULL", None]
    assert connection.execute("select %s::text[]", (arrays.texts(sent),)).fetchone() == (sent,)


def test_an_array_of_nothing_is_empty_and_not_null(connection: psycopg.Connection[Any]) -> None:
    asked = "select cardinality(%s::uuid[]), cardinality(%s::text[])"
    assert connection.execute(asked, (arrays.uuids([]), arrays.texts([]))).fetchone() == (0, 0)
    one = uuid.uuid4()
    assert connection.execute("select (%s::uuid[])[2]", (arrays.uuids([None, one]),)).fetchone() == (one,)
