"""Whoever has not signed in tries every field, every command and every page; but for the awards there is nothing for them."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

import httpx
import pytest

import projections
from commonweal.console.page import environment
from commonweal.domain.chest import grant_award
from commonweal.runtime import pages, permissions
from commonweal.runtime.answering import Answering
from commonweal.runtime.asking import Asking
from commonweal.runtime.installation import Installation
from commonweal.runtime.public import anybody
from commonweal.runtime.schema import schema
from tests.funded import CHOIR, FUND, KITCHEN, begun, founded, offered, sent
from tests.story import configured, registered
from tests.tenants.test_graphql_attacks import MUTATIONS, QUERIES
from tests.tenants.test_roles import ROOTS, operation, roots
from tests.web import Web, serving

CANARY: Final = "Ptarmigan"
"""In every word of QMF's."""
DAY: Final = date(2026, 4, 1)
PUBLIC: Final = {name for name, view in ROOTS.items() if view == "chest_awards"}
ANSWERING: Final = Answering(schema(introspection=False))


@pytest.fixture(scope="module")
def web(servers: Installation) -> Iterator[Web]:
    """Both ICSs have a chest and an award of the same ids, and a person; QMF has one award more."""
    with serving(servers, "QPM", "QMF") as made:
        for ods, name in (("QPM", "Nene"), ("QMF", CANARY)):
            made.given(ods, ods, configured(ods, name, giving_prefix="360G-Example"))
            made.given(ods, "shared", registered(f"{name} Finch"))
            for command in founded(DAY):
                made.given(ods, FUND, command)
            for grant_id in ("shared", *(("only-there",) if ods == "QMF" else ())):
                awarded(made, ods, grant_id, CHOIR, name, grant_award.PublishAward(title=f"{name} table", by="olu"))
            awarded(made, ods, "refuge", KITCHEN, name, grant_award.PublishAward(unnamed=True, by="olu"))
            made.followed(ods)
        yield made


def awarded(web: Web, ods: str, grant_id: str, organisation: str, name: str, told: object) -> None:
    """An award that was accepted, and what everybody is told of it from then on."""
    wrote = sent(DAY, title=f"{name} wrote", statement=f"{name} wrote", beneficiaries=f"{name} wrote")
    start = begun(DAY, f"link-{grant_id}", organisation)
    for each in (start, *wrote, *offered(DAY, grant_id), told, grant_award.AcceptGrant(on=DAY)):
        web.given(ods, grant_id, each)


def asked(web: Web, document: str, variables: dict[str, Any]) -> Any:
    async def ask() -> Any:
        return json.loads(await ANSWERING.answer(anybody(await web.store.tenant("QPM")), document, None, variables))

    return web.run(ask())


def test_every_question_but_those_of_awards_is_refused(web: Web) -> None:
    assert {"awards", "award", "awardTotals"} == PUBLIC
    for name, field in roots("query").items():
        answer = asked(web, *operation("query", name, field))
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        assert codes == (set() if name in PUBLIC else {"OUT_OF_SCOPE"}), name
    for name, document in QUERIES.items():
        answer = json.dumps(asked(web, document.replace("{id}", "shared"), {}))
        assert CANARY not in answer
        assert ("Nene" in answer) is (name in PUBLIC), name


def test_every_command_is_refused_and_nothing_is_written(web: Web) -> None:
    head = web.head("QPM")
    assert set(roots("mutation")) == set(MUTATIONS)
    for name, field in roots("mutation").items():
        (error,) = asked(web, *operation("mutation", name, field))["errors"]
        assert error["extensions"]["code"] == "OUT_OF_SCOPE", name
    assert web.head("QPM") == head
    assert not [
        command for command in permissions.COMMANDS if permissions.may([(permissions.PUBLIC, "tenant")], command)
    ]


def test_graphql_wants_a_token_all_the_same(web: Web) -> None:
    for document in ("{ awards { totalCount } }", "{ __typename }"):
        assert web.post(None, document).status_code == 401


def test_every_other_page_sends_them_to_sign_in(web: Web) -> None:
    console = environment(Path(projections.__file__).parent)
    shown = pages.routes(cast(Asking, None), console)
    with httpx.Client(base_url=web.url, headers={"accept": "text/html"}) as client:
        for method in ("GET", "POST"):
            paths = {path for each in shown if method in each.http_methods for path in each.paths}
            assert len(paths) > (40 if method == "GET" else 5)
            for path in paths:
                address = re.sub(r"\{[^}]+\}", "shared", path)
                answer = client.request(method, address)
                assert answer.status_code == 303, (method, address)
                assert answer.headers["location"].startswith("/sign-in"), (method, address)


@pytest.mark.parametrize(
    "address",
    [
        "/awards/control",
        "/awards/public",
        "/awards/qpm;drop",
        "/awards/QPM%00",
        "/awards/%2e%2e%2fQMF",
        "/awards/QPM/grants/only-there",
        "/awards/QPM/grants/QMF%2fonly-there",
        "/awards/QPM/grants/shared%00",
        "/awards/QPM/grants/" + "x" * 3_000,
        "/awards/QPM/grants/' or true --",
        "/awards/QPM?fund=' or true --",
        "/awards/QPM?fund=%00",
        "/awards/QPM?after=2026|only-there",
        "/awards/QPM?before=99999999999999999999|x",
        "/awards/QPM?year=99999",
        "/awards/QPM?area=%ed%a0%80",
        "/awards/QPM/360giving.json?fund=' or true --",
        "/awards/QPM/360giving.json?need=%00",
        "/awards/QPM?tenant=QMF",
    ],
)
def test_no_address_leads_further(web: Web, address: str) -> None:
    answer = web.client.get(address, headers={"accept": "text/html", "x-tenant": "QMF", "cookie": "tenant=QMF"})
    assert answer.status_code in (200, 404, 422), answer.status_code
    assert CANARY not in answer.text
    assert "only-there" not in answer.text.replace(address, "")


def test_what_an_organisation_wrote_is_nowhere_and_what_was_confirmed_is(web: Web) -> None:
    for address in ("/awards/QPM", "/awards/QPM/grants/shared", "/awards/QPM/360giving.json"):
        answer = web.client.get(address)
        assert "Nene table" in answer.text
        assert "Nene wrote" not in answer.text
        assert "set-cookie" not in answer.headers


def test_who_would_be_at_risk_is_named_nowhere(web: Web) -> None:
    for address in (
        "/awards/QPM",
        "/awards/QPM/grants/refuge",
        "/awards/QPM/grants/shared",
        "/awards/QPM/360giving.json",
    ):
        answer = web.client.get(address)
        assert KITCHEN not in answer.text, address
        assert ("refuge" in answer.text) is (address == "/awards/QPM"), address
    assert "is not named, for somebody’s safety" in web.client.get("/awards/QPM/grants/refuge").text
    assert "£2,400" in web.client.get("/awards/QPM").text, "its money is counted"
    told = json.dumps(asked(web, QUERIES["awards"], {}))
    assert "refuge" in told
    assert KITCHEN not in told


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_there_is_nothing_to_send(web: Web, method: str) -> None:
    for address in ("/awards/QPM", "/awards/QPM/grants/shared", "/awards/QPM/360giving.json"):
        assert web.client.request(method, address).status_code == 405
