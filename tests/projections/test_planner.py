"""The planner answers, byte for byte, what graphql-core answers over the same types."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import NonNullTypeNode, OperationDefinitionNode, parse

import projections
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import absence
from commonweal.runtime import limits
from commonweal.runtime.installation import Installation
from commonweal.runtime.operation import Invalid
from projections import caseload
from tests.projections.scene import ANSWERING, EVERYTHING, Grants, Scene, scene
from tests.story import DAY, RECEIVED, agreed, allocated, configured, engaged, referred, registered

STRANGE = 'Ana "Łódź" \\ O’Brien\t<b>&amp;</b> 🙂 \u2028 \x7f'
CARD = """fragment Card on CaseloadReferral { id stage phase priority needs receivedAt since overdue version
  person { ...Someone } practice { code name pcnCode pcnName } linkWorker { id name } }
fragment Someone on CaseloadPerson { id name nhsNumber dateOfBirth ageBand erased interpreter }"""
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "everything of a page": (
        "{ caseload { totalCount position asOf pageInfo { hasNextPage hasPreviousPage startCursor endCursor } "
        "edges { cursor node { ...Card } } } } " + CARD,
        {},
    ),
    "other names": ("{ a: caseload(first: 2) { b: edges { c: node { d: id e: person { f: name g: id } } } } }", {}),
    "the same field under two names": (
        "{ caseload(first: 3) { edges { node { one: practice { code } two: practice { name } id again: id } } } }",
        {},
    ),
    "the same field twice is merged": (
        "{ caseload(first: 2) { edges { node { person { name } id } } edges { node { person { id } phase } cursor } } }",
        {},
    ),
    "fragments in fragments, inline and spread": (
        (
            "query Q { caseload(last: 4) { ... on CaseloadConnection { edges { node { ...A ... { stage } } } } } } "
            "fragment A on CaseloadReferral { id ...B } fragment B on CaseloadReferral { person { name } ...C } "
            "fragment C on CaseloadReferral { linkWorker { name } }"
        ),
        {},
    ),
    "names of types everywhere": (
        (
            "{ caseload(first: 2) { __typename pageInfo { __typename } edges { __typename node { __typename id "
            "t: __typename person { __typename } practice { __typename } linkWorker { __typename } } } } "
            'caseloadCapacity { __typename } caseloadReferral(id: "met") { __typename } }'
        ),
        {},
    ),
    "several roots": (
        (
            "query Q($id: ID!) { caseload(first: 1) { totalCount } two: caseload(last: 1, filter: {stage: WAITING}) { "
            'totalCount edges { node { id } } } caseloadReferral(id: $id) { id } none: caseloadReferral(id: "nobody") { id } '
            "caseloadPractices { code name pcnName } caseloadOrganisations { code name } caseloadCapacity { id held room away } }"
        ),
        {"id": "met"},
    ),
    "what is included": (
        (
            "query Q($yes: Boolean!, $no: Boolean = false) { caseload(first: 2) @include(if: $yes) { totalCount @skip(if: $no) "
            "edges { node { id @include(if: $no) phase person @skip(if: $yes) { name } ...F @include(if: $yes) } } } "
            "gone: caseload @include(if: $no) { totalCount } } fragment F on CaseloadReferral { stage }"
        ),
        {"yes": True},
    ),
    "what is skipped": (
        (
            "query Q($yes: Boolean!) { caseload(first: 2) { totalCount edges @skip(if: $yes) { cursor } } "
            "caseloadCapacity @include(if: $yes) { id @skip(if: true) name @include(if: true) } }"
        ),
        {"yes": False},
    ),
    "an object with nothing left in it": (
        "{ caseload(first: 2) { edges { node { person { id @skip(if: true) } id } } pageInfo { hasNextPage @skip(if: true) } } }",
        {},
    ),
    "defaults": (
        (
            "query Q($first: Int = 2, $filter: CaseloadFilter = {stage: WAITING}, $none: String) "
            "{ caseload(first: $first, filter: $filter, after: $none) { totalCount edges { node { id stage } } } }"
        ),
        {},
    ),
    "a default overruled": (
        "query Q($first: Int = 2) { caseload(first: $first) { edges { node { id } } } }",
        {"first": 1},
    ),
    "an empty page": (
        '{ caseload(filter: {practice: "nowhere"}) { totalCount edges { node { id } } pageInfo { hasNextPage startCursor endCursor } } }',
        {},
    ),
    "a page of no rows": ("{ caseload(first: 0) { totalCount pageInfo { hasNextPage } edges { node { id } } } }", {}),
    "a referral that is not there": ('{ caseloadReferral(id: "nobody") { id person { name } } }', {}),
    "everything of one referral": (
        '{ caseloadReferral(id: "strange") { ...Card setting source referrerRole } } ' + CARD,
        {},
    ),
    "a filter of several things": (
        "query Q($f: CaseloadFilter) { caseload(filter: $f) { edges { node { id } } } }",
        {"f": {"stage": "ALLOCATED", "linkWorker": "w-1", "pcn": None, "practice": "K83001"}},
    ),
    "as it was": (
        "{ caseload(asOf: {position: 14}) { totalCount asOf position edges { node { id stage version } } } }",
        {},
    ),
}
REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "a bad variable": ("query Q($first: Int) { caseload(first: $first) { totalCount } }", {"first": "many"}),
    "a variable that is missing": ("query Q($id: ID!) { caseloadReferral(id: $id) { id } }", {}),
    "an unknown field": ("{ caseload { totalCount colour } }", {}),
    "a cursor nobody gave out": ('{ caseload(after: "x") { totalCount } }', {}),
    "an error in the middle": (
        '{ caseloadCapacity { id } bad: caseloadReferral(id: "a\\u0000") { id } caseloadOrganisations { code } }',
        {},
    ),
    "a page too large": ('{ a: caseloadReferral(id: "met") { id } caseload(first: 5000) { totalCount } }', {}),
    "a place that has not come": ('{ caseload(asOf: {instant: "2999-01-01T00:00:00Z"}) { totalCount } }', {}),
    "two moments": ('{ caseload(asOf: {position: 1, instant: "2026-01-01T00:00:00Z"}) { totalCount } }', {}),
}


OTHERS = [each for each in projections.READ_MODELS if each is not caseload.READ_MODEL]
"""Rooms that stay empty, so that what their pages ask can be planned."""


@pytest.fixture(scope="module")
def told(servers: Installation) -> Iterator[Scene]:
    """Referrals in every stage, strange texts, instants with and without fractions; the room one event behind."""
    with scene(servers, caseload.READ_MODEL, *OTHERS) as made:
        for ods in ("QPM", "QMF"):
            made.do("ics", configured(ods, "Nene"), ods=ods)
        made.do("w-1", engaged("Jo Hale", caseload_limit=20))
        made.do("p-1", registered(STRANGE, nhs_number="9434765919", nhs_number_status="02"), agreed())
        made.do("p-2", registered("Wren", interpreter=True), agreed())
        for number, identity in enumerate(("met", "strange", "waiting", "placeless", "fresh")):
            received = RECEIVED - timedelta(days=number, microseconds=(0, 1, 120_000, 999_999, 10)[number])
            more = {"practice": None} if identity == "placeless" else {}
            made.do(identity, referred(f"p-{number % 2 + 1}", identity, received_at=received, **more))
        made.do("waiting", referral.AcceptReferral())
        made.do("strange", referral.AcceptReferral(), allocated("strange", "w-1"))
        made.do("met", referral.AcceptReferral(), allocated("met", "w-1"))
        made.do("met", referral.RecordFirstContact(medium="02", held_at=RECEIVED + timedelta(hours=5), note="x"))
        made.catch_up()
        made.do("w-1", absence.StartAbsence(link_worker_id="w-1", kind="leave", started_on=DAY))
        yield made


def _both(
    told: Scene, document: str, variables: dict[str, Any], grants: Grants = EVERYTHING
) -> tuple[bytes, bytes, int]:
    """Our answer, graphql-core's, and how many statements ours took."""

    async def ask() -> tuple[bytes, bytes, int]:
        asker = told.asker(grants)
        ours = await ANSWERING.answer(asker, document, None, variables)
        count = len(told.statements)
        try:
            prepared = ANSWERING.prepare(document, None)
        except Invalid as invalid:
            return ours, invalid.answer, count
        return ours, await ANSWERING.interpret(asker, prepared, variables), count

    return told.run(ask())


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize(
    "grants", [EVERYTHING, (("link_worker", "link_worker:w-1"),), (("pcn_manager", "pcn:U11111"),)]
)
def test_the_bytes_are_those_of_graphql_core(told: Scene, name: str, grants: Grants) -> None:
    ours, theirs, statements = _both(told, *ASKED[name], grants)
    assert ours == theirs
    assert b"errors" not in ours
    assert statements == 1


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_that_of_graphql_core(told: Scene, name: str) -> None:
    ours, theirs, _ = _both(told, *REFUSED[name])
    assert ours == theirs
    errors = json.loads(ours)["errors"]
    assert all(error["extensions"]["code"] == "REFUSED" and error["locations"] for error in errors)


def test_an_error_in_the_middle_leaves_the_rest_answered(told: Scene) -> None:
    answer = json.loads(_both(told, *REFUSED["an error in the middle"])[0])
    assert answer["data"]["bad"] is None
    assert answer["data"]["caseloadOrganisations"]
    assert answer["errors"][0]["path"] == ["bad"]


def test_a_name_longer_than_postgresql_has_is_answered_all_the_same(told: Scene) -> None:
    long = "n" * 70
    ours, theirs, _ = _both(
        told, f"{{ caseload(first: 1) {{ {long}: totalCount edges {{ node {{ {long}: id }} }} }} }}", {}
    )
    assert ours == theirs
    assert long.encode() in ours


def test_a_text_is_told_as_it_was_written(told: Scene) -> None:
    answer = told.ask('{ caseloadReferral(id: "met") { person { name } } }')
    assert answer["caseloadReferral"]["person"]["name"] == STRANGE


def test_a_statement_is_made_once_for_all_who_ask_it(told: Scene) -> None:
    document = "query Q($s: CaseloadStage, $n: Int!) { caseload(first: $n, filter: {stage: $s}) { totalCount } }"
    for number in range(1, 20):
        told.ask(document, s="WAITING" if number % 2 else "ALLOCATED", n=7)
    assert len(ANSWERING.prepare(document, None).statements) == 1
    told.ask(document, s=None, n=7)
    told.ask(document, s=None, n=8)
    assert len(ANSWERING.prepare(document, None).statements) == 3
    assert ANSWERING.prepare(document, None) is ANSWERING.prepare(document, None), "read and validated once"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("{ " + " ".join(f"a{n}: caseloadCapacity {{ id }}" for n in range(limits.ALIASES + 1)) + " }", "aliases"),
        (
            "{ caseload { edges { node { " + "person { " * limits.DEPTH + "id" + " }" * limits.DEPTH + " } } } }",
            "levels",
        ),
        ("{ " + "caseloadCapacity { id } " * (limits.TOKENS // 3) + "}", "tokens"),
        (
            "{ "
            + " ".join(f"a{n}: caseload(first: 200) {{ edges {{ node {{ ...Card }} }} }}" for n in range(8))
            + "} "
            + CARD,
            "values",
        ),
    ],
)
def test_a_question_that_asks_too_much_is_refused_before_anything_is_read(
    told: Scene, document: str, sentence: str
) -> None:
    _, (error, *_) = told.answer(document)
    assert sentence in error["message"]
    assert told.statements == []


def _operations() -> list[tuple[str, str]]:
    """Every query of every page: (its document, its name). Not those of a moment in the past, to which not every room has come here."""
    return [
        (f"{file.parent.name}/{file.name}", each.name.value)
        for file in sorted(Path(projections.__file__).parent.glob("*/*.graphql"))
        for each in parse(file.read_text()).definitions
        if isinstance(each, OperationDefinitionNode) and each.operation.value == "query" and each.name
        if not _of_a_moment(each)
    ]


def _of_a_moment(query: OperationDefinitionNode) -> bool:
    """Must a moment in the past be named?"""
    return any(
        isinstance(each.type, NonNullTypeNode) and each.variable.name.value == "asOf"
        for each in query.variable_definitions or ()
    )


def _timeless(answer: bytes) -> bytes:
    """A room that has come to the head of the log is as of now, which is never twice the same."""
    return re.sub(rb'"asOf":"[^"]+"', b'"asOf":""', answer)


VARIABLES: dict[str, Any] = {
    "arriving": True,
    "id": "met",
    "round": "r1",
    "first": 5,
    "filter": {"stage": "WAITING"},
    "linkWorker": "w-1",
    "person": "p-1",
    "part": "details",
    "search": {"nhsNumber": "9434765919"},
    "own": True,
    "work": True,
    "safeguarding": True,
    "month": "2026-03-01",
    "from": "2026-03-01T00:00:00Z",
    "until": "2026-03-02T00:00:00Z",
}
OF_A_CHEST: dict[str, Any] = {
    "round": "r1",
    "fund": "met",
    "since": "2026-03-01",
    "until": "2026-03-02",
    "instrument": "ons4",
    "scale": "satisfied",
    "filter": {},
}
"""A fund is asked of days, where others are asked of moments."""


EVERYBODY: Grants = (
    *EVERYTHING,
    ("ig_lead", "tenant"),
    ("administrator", "tenant"),
    ("chest_officer", "tenant"),
    ("practice", "practice:K83001"),
)
"""Who may ask what every page asks."""


@pytest.mark.parametrize(("file", "operation"), _operations())
def test_what_the_console_asks_is_planned_as_one_statement_with_the_same_bytes(
    told: Scene, file: str, operation: str
) -> None:
    document = (Path(projections.__file__).parent / file).read_text()

    async def ask() -> None:
        asker = told.asker(EVERYBODY)
        prepared = ANSWERING.prepare(document, operation)
        known = {each.variable.name.value for each in prepared.node.variable_definitions or ()}
        every = VARIABLES | OF_A_CHEST if file.startswith("community_chest/") else VARIABLES
        variables = {name: value for name, value in every.items() if name in known}
        planned = ANSWERING.plan(asker, prepared, variables)
        assert planned is not None, "graphql-core would have to answer"
        ours = await ANSWERING.run(asker, planned)
        assert len(told.statements) == 1
        assert _timeless(ours) == _timeless(await ANSWERING.interpret(asker, prepared, variables))
        async with asker.tenant.pool.borrow() as connection:
            explained = await connection.execute(b"explain (generic_plan, format json) " + planned.statement.sql)
            assert "Plans" in str(await explained.fetchall())

    told.run(ask())


def test_many_at_once_are_answered_alike(told: Scene) -> None:
    document, variables = ASKED["several roots"]

    async def ask() -> set[bytes]:
        asker = told.asker()
        return set(await asyncio.gather(*(ANSWERING.answer(asker, document, None, variables) for _ in range(40))))

    assert len(told.run(ask())) == 1


def test_what_was_planned_for_one_is_never_answered_to_another(told: Scene) -> None:
    """The same words from people who see different parts, in both ICSs, asked in turn and again."""
    document = "query Q($n: Int) { caseload(first: $n) { totalCount edges { node { id person { name } } } } }"
    seen: dict[object, Any] = {}
    for _ in range(2):
        for ods in ("QPM", "QMF"):
            for grants in (EVERYTHING, (("link_worker", "link_worker:w-1"),), (("pcn_manager", "pcn:U99999"),)):
                answer = told.ask(document, grants, ods, n=50)["caseload"]
                assert seen.setdefault((ods, grants), answer) == answer
    counts = {each["totalCount"] for each in seen.values()}
    assert len(counts) >= 3
    assert len(ANSWERING.prepare(document, None).plans) == len(seen)


def test_what_is_remembered_of_questions_is_bounded(told: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonweal.runtime.answering._PLANS", 20)
    documents = [f"query Q($n: Int) {{ caseload(first: $n) {{ totalCount n{each}: position }} }}" for each in range(3)]
    for number in range(30):
        for document in documents:
            told.ask(document, n=number)
            assert sum(len(each.plans) for each in ANSWERING._prepared.values()) <= 20
