"""Whoever asks too much, too deep, too often at once or nonsense is refused quickly, in words, at no cost to others, and counted."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
import pytest
from graphql import get_introspection_query
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonweal.runtime import limits
from commonweal.runtime.access import Principal
from commonweal.runtime.answering import Answering
from commonweal.runtime.asking import make_asker
from commonweal.runtime.installation import Installation
from commonweal.runtime.schema import schema
from tests.story import registered
from tests.subscriber import subscriber
from tests.tenants.counted import counted, labels
from tests.web import Web, serving

QUICK: Final = 2.0
"""Seconds of this process, in which the web server runs too: what else the machine does is not counted."""
JSON: Final = {"content-type": "application/json"}
CASELOAD: Final = "query($first: Int, $after: String, $at: Position) { caseload(first: $first, after: $after, afterPosition: $at) { position } }"
ONE: Final = "query($id: ID!) { caseloadReferral(id: $id) { id } }"
RECEIVE: Final = (
    'mutation($input: ReceiveReferralInput!) { receiveReferral(idempotencyKey: "x", input: $input) { id } }'
)
PAGE: Final = "caseload(first: 200) { edges { node { id phase person { id name } linkWorker { id name } } } }"


@pytest.fixture(scope="module")
def web(servers: Installation) -> Iterator[Web]:
    with serving(servers, "QPM", "QMF") as made:
        made.given("QPM", "someone", registered("Odette Lark"))
        made.followed("QPM")
        yield made


@pytest.fixture(scope="module")
def lead(web: Web) -> str:
    return web.token("QPM", "team_lead")


@contextmanager
def unread(web: Web, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No room is read meanwhile, and nothing is written. Followers hold on to the pool's own `borrow`, askers look for it."""
    pool, head, asked = web.tenant("QPM").pool, web.head("QPM"), []
    borrow = pool.borrow

    def counting() -> Any:
        asked.append(1)
        return borrow()

    with monkeypatch.context() as patch:
        patch.setattr(pool, "borrow", counting)
        yield
    assert asked == [], "a room was read"
    assert web.head("QPM") == head


def spread(levels: int, last: str) -> str:
    """A few lines that spell out two to the power of `levels` of the last."""
    fragments = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels))
    return f"{{ ...F0 }} {fragments} fragment F{levels} on Query {{ {last} }}"


def many(count: int, what: str) -> str:
    return " ".join(what.replace("#", str(n)) for n in range(count))


LIMITED: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "levels of fields": ("{ " + "a { " * 13 + "b" + " }" * 14, {}),
    "levels in a fragment": ("{ ...F } fragment F on Query { " + "a { " * 13 + "b" + " }" * 14, {}),
    "levels in a fragment without a name": ("{ ... { " + "a { " * 13 + "b" + " }" * 15, {}),
    "levels of fragments": ("{ " + "... { " * 400 + "__typename" + " }" * 401, {}),
    "aliases": ("{ " + many(limits.ALIASES + 1, "a#: __typename") + " }", {}),
    "aliases that a few lines spell out": (spread(40, "a: __typename"), {}),
    "aliases of commands": ("mutation { " + many(31, 'a#: startTriage(id: "x") { id }') + " }", {}),
    "fields": ("{ " + "__typename " * (limits.FIELDS + 1) + "}", {}),
    "fields in many fragments": (
        "{ " + many(70, "...F#") + " } " + many(70, "fragment F# on Query { caseloadCapacity { id name held } }"),
        {},
    ),
    "tokens": ("{ " + "__typename " * limits.TOKENS + "}", {}),
    "directives": ("{ __typename " + "@skip(if: false) " * 200 + "}", {}),
    "values of variables declared": ("query(" + many(400, "$v#: Int") + ") { __typename }", {}),
    "letters of nothing": ("\n" * 100_000 + "{ " + many(100, "f#") + " }", {}),
    "letters of a remark": ("#" + "x" * 200_000 + "\n{ __typename }", {}),
    "letters of a name": ("{ " + "a" * 200_000 + " }", {}),
    "letters of a text": ('{ caseloadReferral(id: "' + "x" * 200_000 + '") { id } }', {}),
    "letters of a long text": ('{ caseloadReferral(id: """' + "\n" * 100_000 + '""") { id } }', {}),
    "brackets of fields": ("{ a " * 800, {}),
    "brackets of lists": ("{ a(x: " + "[" * 900, {}),
    "brackets of objects": ("{ a(x: " + "{ a: " * 480, {}),
    "brackets of types": ("query($a: " + "[" * 900 + ") { a }", {}),
    "values of one list": (RECEIVE, {"input": {"reasons": ["a"] * 50_000}}),
    "values of the wrong kind": (RECEIVE, {"input": {"reasons": [{}] * 50_000}}),
    "values nobody asked for": ("{ __typename }", {f"k{n}": 1 for n in range(10_000)}),
    "values of an input": (RECEIVE, {"input": {f"k{n}": 1 for n in range(10_000)}}),
    "values within values": (ONE, {"id": [[[1] * 2_000] * 2, [2] * 2_000]}),
    "rows of an answer": ("{ " + many(20, f"a#: {PAGE}") + " }", {}),
    "rows of an answer, with a field nobody plans": ("{ __typename " + many(20, f"a#: {PAGE}") + " }", {}),
}
"""What there is too much of → the document and its variables."""


@pytest.mark.parametrize("what", LIMITED)
def test_too_much_is_refused_at_once_and_nothing_is_read(
    web: Web, lead: str, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    interpreted = what.endswith("nobody plans")  # graphql-core reads field by field until it is too much
    begun = time.process_time()
    if interpreted:
        with counted(graphql_limit=1):
            answer = web.post(lead, *LIMITED[what])
    else:
        with unread(web, monkeypatch), counted(graphql_limit=1):
            answer = web.post(lead, *LIMITED[what])
    assert time.process_time() - begun < QUICK
    refused(answer)


def refused(answer: Any) -> None:
    """A typed refusal of all that was asked, in few words."""
    assert answer.status_code == 200
    found = answer.json()
    assert found["data"] is None
    assert 1 <= len(found["errors"]) <= limits.ERRORS + 1
    assert all(each["extensions"] == {"code": "REFUSED"} for each in found["errors"])


INVALID: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "nothing": ("", {}),
    "half a document": ("{", {}),
    "no document": ("\x00\x01", {}),
    "half a letter": ('{ caseloadReferral(id: "\\ud800") { id } }', {}),
    "another language": ("select * from events", {}),
    "a field there is not": ("{ nothing }", {}),
    "fields there are not": ("{ " + many(150, "f#") + " }", {}),
    "a long name": ("{ " + "a" * 16_000 + " }", {}),
    "names alike": ("{ " + many(100, "caseloadReferra#") + " }", {}),
    "a fragment there is not": ("{ ...Nothing }", {}),
    "a fragment within itself": ("{ ...F } fragment F on Query { ...F }", {}),
    "fragments within each other": ("{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }", {}),
    "a fragment nobody uses": ("{ __typename } fragment F on Query { __typename }", {}),
    "directives there are not": ("{ __typename " + "@x " * 300 + "}", {}),
    "a directive again": ("{ __typename @skip(if: true) @skip(if: true) }", {}),
    "variables nobody uses": ("query(" + many(200, "$v#: Int") + ") { __typename }", {}),
    "a variable twice": ("query($a: Int, $a: Int) { caseload(first: $a) { position } }", {}),
    "a variable of no kind": ("query($a: Nothing) { __typename }", {}),
    "a kind of operation there is not": ("purge { __typename }", {}),
    "types instead of questions": ("type Query { a: Int }", {}),
    "several operations": ("query A { __typename } query B { __typename }", {}),
    "fields that contradict": ("{ caseload(first: 1) { position } caseload(first: 2) { position } }", {}),
    "a subscription over HTTP": ("subscription { caseloadCapacity { id } }", {}),
    "several subscriptions": ("subscription { caseloadCapacity { id } caseloadOrganisations { code } }", {}),
    "deep lists where none belong": ("{ caseloadReferral(id: " + "[" * 100 + "]" * 100 + ") { id } }", {}),
    "deep objects where none belong": ("{ caseload(filter: " + "{a: " * 90 + "1" + "}" * 90 + ") { position } }", {}),
    "a page of less than nothing": (CASELOAD, {"first": -1}),
    "a page beyond all measure": (CASELOAD, {"first": 201}),
    "a number beyond 32 bits": (CASELOAD, {"first": 1 << 31}),
    "a number beyond all bits": (CASELOAD, {"first": 10**300}),
    "a number with a fraction": (CASELOAD, {"first": 1.5}),
    "a number as a word": (CASELOAD, {"first": "5"}),
    "a number as a truth": (CASELOAD, {"first": True}),
    "a position before the first": (CASELOAD, {"at": -1}),
    "a position beyond 64 bits": (CASELOAD, {"at": 1 << 63}),
    "a long cursor": (CASELOAD, {"after": "9" * 200_000}),
    "a cursor of another shape": (CASELOAD, {"after": "x|y"}),
    "a cursor that asks for more": (CASELOAD, {"after": "1' or '1'='1"}),
    "a deep id": (ONE, {"id": json.loads("[" * 900 + "]" * 900)}),
    "an id that is none": (ONE, {"id": {"__proto__": {"id": "x"}}}),
    "no id": (ONE, {}),
    "keys of another language": (RECEIVE, {"input": {"__proto__": {"admin": True}, "constructor": 1}}),
    "a long key": (RECEIVE, {"input": {"n" * 50_000: 1}}),
    "values of the wrong kind": (RECEIVE, {"input": {"reasons": [{}] * 1_000}}),
}


@pytest.mark.parametrize("what", INVALID)
def test_nonsense_is_refused_at_once_and_nothing_is_read(
    web: Web, lead: str, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    begun = time.process_time()
    with unread(web, monkeypatch), counted(graphql_invalid=1):
        answer = web.post(lead, *INVALID[what])
    assert time.process_time() - begun < QUICK
    refused(answer)


def test_a_long_id_finds_nothing(web: Web, lead: str) -> None:
    with counted():
        assert web.ask(lead, ONE, {"id": "x" * 200_000}) == {"caseloadReferral": None}


@pytest.mark.parametrize("identity", ["a\x00b", "\ud800", "\udfff" * 100])
def test_an_id_no_database_holds_is_refused_before_it_is_asked(
    web: Web, lead: str, monkeypatch: pytest.MonkeyPatch, identity: str
) -> None:
    with unread(web, monkeypatch), counted(graphql_invalid=1):
        assert web.refused(lead, ONE, {"id": identity})["extensions"] == {"code": "REFUSED"}


BODIES: Final[dict[str, bytes]] = {
    "nothing": b"",
    "half an object": b"{",
    "a list": b"[]",
    "a batch": b'[{"query":"{ __typename }"},{"query":"{ __typename }"}]',
    "a large batch": b"[" + b",".join([b'{"query":"{ __typename }"}'] * 5_000) + b"]",
    "a word": b'"{ __typename }"',
    "no question": b"{}",
    "a question by its hash": b'{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"' + b"0" * 64 + b'"}}}',
    "a question by its id": b'{"id":"one","documentId":"one"}',
    "a question that is a number": b'{"query":5}',
    "a question that is a list": b'{"query":["{ __typename }"]}',
    "a name that is a number": b'{"query":"{ __typename }","operationName":5}',
    "variables that are a list": b'{"query":"{ __typename }","variables":[1]}',
    "variables that are text": b'{"query":"{ __typename }","variables":"{}"}',
    "deep brackets": b'{"query":"{ __typename }","variables":' + b"[" * 50_000,
    "deep objects": b'{"query":"{ __typename }","variables":' + b'{"a":' * 40_000 + b"1" + b"}" * 40_001,
    "another encoding": '{"query":"{ __typename }"}'.encode("utf-16"),
    "no encoding": b'{"query":"{ __typename \xff\xfe }"}',
    "packed": b"\x1f\x8b\x08\x00" + b"x" * 100,
    "zeros": bytes(1_000),
    "two objects": b'{"query":"{ __typename }"}{"query":"{ __typename }"}',
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_is_no_question_is_refused(web: Web, lead: str, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    begun = time.process_time()
    with unread(web, monkeypatch), counted(graphql_invalid=1):
        answer = web.client.post("/graphql", content=BODIES[what], headers={**JSON, "authorization": f"Bearer {lead}"})
    assert time.process_time() - begun < QUICK
    sentence = "the body must be one JSON object with a query, and may have operationName and variables"
    assert (answer.status_code, answer.json()) == (400, {"status": 400, "detail": sentence})


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/xml",
        "text/plain; application/json",
        "application/json-patch+json",
        "*/*",
    ],
)
def test_another_content_type_is_refused(web: Web, lead: str, kind: str | None) -> None:
    """A form of another site can send some of these unasked."""
    headers = {"authorization": f"Bearer {lead}", **({} if kind is None else {"content-type": kind})}
    with counted(graphql_invalid=1):
        answer = web.client.post("/graphql", content=b'{"query":"{ __typename }"}', headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE"])
def test_another_method_is_refused(web: Web, lead: str, method: str) -> None:
    headers = {"authorization": f"Bearer {lead}"}
    with counted(graphql_invalid=1):
        answer = web.client.request(method, "/graphql", params={"query": "{ __typename }"}, headers=headers)
    assert answer.status_code == 405


@pytest.mark.parametrize("size", [(256 << 10) + 1, 2 << 20, 16 << 20])
def test_a_body_beyond_all_measure_is_not_read(web: Web, lead: str, size: int) -> None:
    headers = {**JSON, "authorization": f"Bearer {lead}"}
    with counted(graphql_limit=1):
        assert web.client.post("/graphql", content=b" " * size, headers=headers).status_code == 413

    def parts() -> Iterator[bytes]:
        """Nobody says how much is to come."""
        for _ in range(size >> 16):
            yield b" " * (1 << 16)
        yield b" "

    with counted(graphql_limit=1):
        assert web.client.post("/graphql", content=parts(), headers=headers).status_code == 413


def test_nobody_without_a_name_makes_us_read_what_they_ask(web: Web) -> None:
    for body in BODIES.values():
        with counted(session=1):
            assert web.client.post("/graphql", content=body, headers=JSON).status_code == 401


def test_the_schema_is_not_told_in_production(web: Web) -> None:
    who = Principal("someone", "", "QPM", frozenset({("team_lead", "tenant")}))
    asker, closed = make_asker(who, web.tenant("QPM"), "graphql"), Answering(schema(introspection=False))
    for document in (
        get_introspection_query(),
        "{ __schema { types { name } } }",
        '{ __type(name: "Query") { fields { name } } }',
        "{ ...F } fragment F on Query { __schema { queryType { name } } }",
        "query A { __typename ... { s: __schema { description } } }",
        "subscription { __schema { description } }",
    ):
        with counted(graphql_invalid=1):
            answer = json.loads(web.run(closed.answer(asker, document, None, {})))
        assert answer["data"] is None
        assert "types" not in json.dumps(answer.get("data"))


# Commands, and what somebody may not see


@pytest.mark.parametrize(
    ("kind", "document", "code"),
    [
        ("scope", 'mutation { acceptReferral(id: "nothing") { id } }', "OUT_OF_SCOPE"),
        ("scope", "{ caseloadCapacity { id } }", "OUT_OF_SCOPE"),
    ],
)
def test_what_ones_role_may_not_is_counted_as_such(web: Web, kind: str, document: str, code: str) -> None:
    analyst = web.token("QPM", "analyst")
    with counted(**{kind: 1}):
        assert web.refused(analyst, document)["extensions"]["code"] == code
    assert "QPM" in labels(kind)


def test_what_one_does_not_see_is_counted_as_such(web: Web, lead: str) -> None:
    with counted(scope=1):
        assert (
            web.refused(lead, 'mutation { acceptReferral(id: "nothing") { id } }')["extensions"]["code"] == "NOT_FOUND"
        )


@pytest.mark.parametrize(
    "document",
    [
        'mutation { acceptReferral(id: "no id at all") { id } }',
        'mutation { acceptReferral(id: "nothing", idempotencyKey: "") { id } }',
        'mutation { giveConsent(id: "someone", input: {scope: "x", method: "verbal", wordingVersion: "1", givenOn: "2026-03-01"}) { id } }',
        'mutation { registerPerson(idempotencyKey: "k", input: {name: "\\u0001", nhsNumberStatus: "03"}) { id } }',
    ],
)
def test_a_command_that_is_refused_is_counted_once(web: Web, lead: str, document: str) -> None:
    with counted(command=1):
        assert web.refused(lead, document)["extensions"]["code"] == "REFUSED"


def test_a_record_that_moved_on_is_counted_as_a_conflict(web: Web, lead: str) -> None:
    document = 'mutation { recordDeath(id: "someone", expectedVersion: 7, input: {source: "gp"}) { id } }'
    with counted(conflict=1):
        assert web.refused(lead, document)["extensions"]["code"] == "CONFLICT"


def test_many_commands_at_once_end_with_the_first_that_is_refused(web: Web, lead: str) -> None:
    wishes = many(limits.ALIASES, 'a#: startTriage(id: "nothing-#") { id }')
    with counted(scope=1):
        assert web.post(lead, f"mutation {{ {wishes} }}").json()["data"] is None


# The same on a web socket


@pytest.mark.parametrize("what", ["levels of fields", "aliases", "fields", "letters of a remark", "tokens"])
def test_too_much_on_a_socket_is_an_error_of_that_operation_alone(web: Web, lead: str, what: str) -> None:
    with subscriber(web, lead) as one:
        with counted(graphql_limit=1):
            one.subscribe(LIMITED[what][0])
            assert one.hear()["type"] == "error"
        one.subscribe("{ __typename }", "2")
        assert one.next("2") == {"__typename": "Query"}


def test_nonsense_on_a_socket_is_an_error_of_that_operation_alone(web: Web, lead: str) -> None:
    subscription = "subscription($first: Int) { caseload(first: $first) { position } }"
    with subscriber(web, lead) as one:
        for document, variables in (
            ("{ nothing }", {}),
            (subscription, {"first": 201}),
            (subscription, {"first": "x"}),
        ):
            with counted(graphql_invalid=1):
                one.subscribe(document, **variables)
                assert one.hear()["type"] == "error"
        one.subscribe("{ __typename }", "2")
        assert one.next("2") == {"__typename": "Query"}
    with subscriber(web, web.token("QPM", "analyst")) as one, counted(scope=1):
        one.subscribe("subscription { caseloadCapacity { id } }")
        assert one.hear()["type"] == "error"


@pytest.mark.parametrize(
    "said", ["", "[]", "{}", '{"type":5}', '{"type":"purge"}', '{"type":"subscribe"}', "[" * 9_000]
)
def test_what_means_nothing_ends_the_socket_and_is_counted(web: Web, lead: str, said: str) -> None:
    with subscriber(web, lead) as one, counted(socket=1):
        one.socket.send(said)
        assert one.closed()[0] == 4400


def test_too_many_operations_on_a_socket_are_counted(web: Web, lead: str) -> None:
    with subscriber(web, lead) as one:
        for number in range(20):
            one.subscribe("subscription { caseloadCapacity { id } }", str(number))
        with counted(socket=1):
            one.subscribe("subscription { caseloadCapacity { id } }", "one more")
            while (heard := one.hear())["id"] != "one more":
                pass
            assert heard["type"] == "error"


# All of it together


def test_floods_leave_no_more_behind_than_they_may(web: Web, lead: str) -> None:
    """The same again and again: what a process remembers of it is bounded."""
    process, found = psutil.Process(), []
    for _ in range(3):
        for document, variables in (*LIMITED.values(), *INVALID.values()):
            web.post(lead, document, variables)
        found.append(process.memory_info().rss)
    assert found[-1] - found[0] < 32 << 20, found


def test_long_texts_are_not_remembered(web: Web, lead: str) -> None:
    process, found = psutil.Process(), []
    for turn in range(3):
        for number in range(60):
            web.ask(lead, ONE, {"id": f"{turn}-{number}-" + "x" * 200_000})
        found.append(process.memory_info().rss)
    assert found[-1] - found[0] < 16 << 20, found


def test_questions_with_every_mix_of_flags_leave_no_more_behind_than_they_may(web: Web, lead: str) -> None:
    names = [f"$f{n}: Boolean!" for n in range(8)]
    fields = [f"a{n}: caseloadOrganisations @include(if: $f{n}) {{ code }}" for n in range(8)]
    document = f"query({', '.join(names)}) {{ {' '.join(fields)} __typename }}"
    for mix in range(80):
        answer = web.post(lead, document, {f"f{n}": bool(mix >> n & 1) for n in range(8)})
        assert "errors" not in answer.json()


def test_others_are_answered_while_somebody_floods(web: Web, lead: str) -> None:
    with subscriber(web, lead) as one:
        for number in range(10):
            one.subscribe("{ " + "__typename " * limits.FIELDS + f"}} # {number}", str(number))
        begun = time.process_time()
        assert web.ask(lead, "{ __typename }")
        assert time.process_time() - begun < QUICK


# Whatever comes


ANYTHING: Final = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
_WORDS: Final = re.findall(
    r"\S+",
    """
{ } ( ) [ ] : ! $ @ ... = | & " ''' # , true false null 0 -1 1.5 1e999 9223372036854775808 query mutation subscription
fragment on caseload caseloadReferral caseloadCapacity acceptReferral startTriage first after last before filter id input
edges node cursor position totalCount person name __typename __schema __type types skip include if Int ID String F $a "x" é \u0000
""",
)


@ANYTHING
@given(body=st.binary(max_size=2_000))
def test_no_bytes_are_too_much_for_us(web: Web, lead: str, body: bytes) -> None:
    answer = web.client.post("/graphql", content=body, headers={**JSON, "authorization": f"Bearer {lead}"})
    assert answer.status_code < 500


@ANYTHING
@given(document=st.lists(st.sampled_from(_WORDS), max_size=60).map(" ".join), values=st.data())
def test_no_words_are_too_much_for_us(web: Web, lead: str, document: str, values: st.DataObject) -> None:
    variables = values.draw(st.dictionaries(st.sampled_from(["a", "id", "first", "input"]), _JSON, max_size=3))
    answer = web.post(lead, document, variables)
    assert answer.status_code < 500
    assert "INTERNAL" not in answer.text


_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4),
    max_leaves=12,
)


@ANYTHING
@given(values=st.fixed_dictionaries({"first": _JSON, "after": _JSON, "at": _JSON}))
def test_no_values_are_too_much_for_a_question(web: Web, lead: str, values: dict[str, Any]) -> None:
    if isinstance(values["at"], int) and values["at"] > 0:
        values["at"] = -values["at"]  # it would be waited for
    answer = web.post(lead, CASELOAD, values)
    assert answer.status_code < 500
    assert "INTERNAL" not in answer.text


@ANYTHING
@given(identity=_JSON, given_=st.dictionaries(st.sampled_from(["personId", "source", "reasons", "setting"]), _JSON))
def test_no_values_are_too_much_for_a_command(web: Web, lead: str, identity: object, given_: dict[str, Any]) -> None:
    document = (
        "mutation($id: ID!, $input: CorrectPersonDetailsInput!) { correctPersonDetails(id: $id, input: $input) { id } }"
    )
    for answer in (
        web.post(lead, RECEIVE, {"input": {**_REFERRAL, **given_}}),
        web.post(lead, document, {"id": identity, "input": {"name": identity}}),
    ):
        assert answer.status_code < 500
        assert "INTERNAL" not in answer.text


_REFERRAL: Final = {
    "personId": "nobody",
    "source": "06",
    "sourceOrg": "RP1",
    "sourceReference": "r",
    "setting": "ward",
    "reasons": ["loneliness"],
    "referrerRole": "nurse",
}
