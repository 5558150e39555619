"""Small numbers are held back, the same whether Python or PostgreSQL counts."""

from collections.abc import Iterator
from typing import Any

import pytest
import strawberry

from commonweal.kernel import sql_graph
from commonweal.kernel.fetch import fetch
from commonweal.kernel.question import Table
from commonweal.kernel.view import Aggregate
from commonweal.runtime.installation import Installation
from projections import caseload
from projections.disclosure import held_back_sql, of_many_sql, percent, percent_sql, shown, shown_sql
from tests.projections.scene import Scene, scene
from tests.story import agreed, referred, registered


@strawberry.type
class Source:
    source: str
    people: int | None
    days: float | None


@strawberry.type
class Sources(Aggregate[Source]):
    pass


MANY, SOME = 11, 3


@pytest.fixture(scope="module")
def told(servers: Installation) -> Iterator[Scene]:
    with scene(servers, caseload.READ_MODEL) as made:
        made.do("p-1", registered("Wren"), agreed())
        for number in range(MANY + SOME):
            source = "01" if number < MANY else "06"
            made.do(f"r-{number}", referred("p-1", f"x-{number}", source=source))
        made.catch_up()
        yield made


def counted(**known: object) -> Table:
    source = f"""(select c.source, {shown_sql("c.n")} as people, {of_many_sql("c.days", "c.n")} as days, {held_back_sql("c.n", "c.n")} as suppressed
        from (select r.source, count(*) as n, avg(r.version)::float as days from {{referral}} as r group by r.source) as c)"""  # noqa: S608 – expressions of ours
    return Table(of=Sources, source=source, order="{row}.source", **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "expected"), [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1002, 1000)]
)
def test_a_count_from_one_to_seven_is_held_back_and_others_go_to_the_nearest_five(
    count: int, expected: int | None
) -> None:
    assert shown(count) == expected


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(8, 20, 50), (7, 20, None), (20, 7, None), (0, 20, 0), (0, 0, None), (20, 20, 100)]
)
def test_a_percentage_is_of_the_counts_as_shown(part: int, whole: int, expected: int | None) -> None:
    assert percent(part, whole) == expected


def test_postgresql_shows_what_python_shows(told: Scene) -> None:
    statement = f"select n, m, {shown_sql('n')}, {percent_sql('n', 'm')} from generate_series(0, 40) as n, generate_series(0, 40) as m"  # noqa: S608

    async def read() -> list[tuple[int, int, int | None, int | None]]:
        async with told.tenants["QPM"].pool.borrow() as connection:
            return await (await connection.execute(statement.encode())).fetchall()

    rows = told.run(read())
    assert len(rows) == 41 * 41
    assert all((count, share) == (shown(part), percent(part, whole)) for part, whole, count, share in rows)


def test_a_table_says_what_it_holds_back_and_how_fresh_it_is(told: Scene) -> None:
    found = told.run(fetch(told.asker().reader, caseload.READ_MODEL, counted()))
    assert found["rows"] == [
        {"source": "01", "people": 10, "days": 1.0},
        {"source": "06", "people": None, "days": None},
    ]
    assert found["suppressed"] == 2
    assert found["position"] == told.run(told.tenants["QPM"].log.head())
    assert found["as_of"].tzinfo is not None
    assert len(told.statements) == 1


def test_a_table_is_narrowed_after_it_was_counted_and_can_be_asked_of_the_past(told: Scene) -> None:
    reader = told.asker().reader
    narrowed = told.run(fetch(reader, caseload.READ_MODEL, counted(where=("{row}.suppressed = 0",))))
    assert [each["source"] for each in narrowed["rows"]] == ["01"]
    assert narrowed["suppressed"] == 0
    before = told.run(fetch(reader, caseload.READ_MODEL, counted(as_of=2 + MANY)))
    assert (before["position"], [each["source"] for each in before["rows"]]) == (2 + MANY, ["01"])
    empty = told.run(fetch(reader, caseload.READ_MODEL, counted(as_of=0)))
    assert (empty["rows"], empty["suppressed"]) == ([], 0)


def the_largest_alone(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """Something that cannot be said of a row by itself."""
    return [max(rows, key=lambda row: row["people"] or 0)], len(rows) - 1


def test_what_is_told_of_a_row_may_depend_on_the_others(told: Scene) -> None:
    found = told.run(fetch(told.asker().reader, caseload.READ_MODEL, counted(told=the_largest_alone)))
    assert ([each["source"] for each in found["rows"]], found["suppressed"]) == (["01"], 1)
    assert sql_graph.shape(counted(told=the_largest_alone)) != sql_graph.shape(counted())


def test_an_unknown_number_of_rows_is_reckoned_as_that_of_a_list() -> None:
    assert sql_graph.cost(3, counted()) == 3 * 50
    assert sql_graph.shape(counted()) == sql_graph.shape(counted(parameters={"a": 1}))
    assert sql_graph.shape(counted()) != sql_graph.shape(counted(as_of=3))
