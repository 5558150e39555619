"""A funder sees its own money in every ICS that let it, to the penny as at any day, and nothing else of any of them."""

import asyncio
import csv
import io
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from psycopg import AsyncConnection, sql

from commonweal.console.wording import LONDON
from commonweal.domain.chest import fund, fund_pledges
from commonweal.domain.chest.money import pounds
from commonweal.domain.directory import connection
from commonweal.domain.due import today
from commonweal.domain.referrals import referral
from commonweal.domain.tenant import Place
from commonweal.domain.user import RevokeUser
from commonweal.kernel.handle import handle
from commonweal.kernel.streams import Fact
from commonweal.runtime import funding, waiting
from commonweal.runtime.access import Principal, user_id
from commonweal.runtime.asking import Asking, make_asker
from commonweal.runtime.development_issuer import NAME
from commonweal.runtime.door import make_door
from commonweal.runtime.installation import Installation
from commonweal.runtime.schema import Asker
from commonweal.runtime.simulate.chest import organisations
from commonweal.runtime.simulate.play import founded
from commonweal.runtime.simulate.services import listing
from tests.journeys.asking import words
from tests.near import listed, organisation
from tests.near import offered as connected
from tests.projections.scene import ANSWERING
from tests.projections.test_community_chest import COUNCIL, NHS
from tests.projections.test_community_chest import founded as small
from tests.projections.test_community_chest_ledger import told
from tests.story import agreed, allocated, configured, engaged, referred, registered
from tests.tenant import about
from tests.tenants.test_roles import operation, roots
from tests.web import Web, serving

TRUST: Final = "GB-CHC-9900001"
"""Pledges to every chest of an invented year."""
PLAYED: Final = {"QPM": "Nene", "QMF": "Ptarmigan"}
SMALL: Final = "QZA"
PLACES: Final = (Place(code="E06000061", name="Kettering"), Place(code="E06000062", name="Corby"))
NOW: Final = datetime.now(UTC)
PARTS: Final = ((150, 60), (300, 30), (10_000, 0))
"""A year, recorded in three parts: (up to which of its days, so many days ago)."""
MONEY: Final = ("pledged", "confirmed", "received", "awarded", "paid")
WHOLE: Final = (date(2024, 1, 1), date(2030, 12, 31))


@dataclass
class World:
    """Three ICSs and their chests, with what was recorded in each."""

    web: Web
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    open: list[httpx.Client] = field(default_factory=list)

    def token(self, *grants: tuple[str, str, str], subject: str) -> str:
        """Someone with these grants, (ICS, role, scope) each, signed in to the first."""
        for ods, role, scope in grants:
            self.web.token(ods, role, scope, subject=subject)
        return self.web.issuer.issue(subject, grants[0][0])

    def get(self, token: str, path: str, status: int = 200, /, **asked: object) -> str:
        headers = {"authorization": f"Bearer {token}"}
        answer = self.web.client.get(path, params={name: str(each) for name, each in asked.items()}, headers=headers)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.text

    def console(self, ods: str, subject: str) -> httpx.Client:
        """The console of an ICS, as whoever signed in to it has it before them."""
        made = httpx.Client(base_url=self.web.url, follow_redirects=True, headers={"accept": "text/html"}, timeout=30)
        self.open.append(made)
        made.get(self.web.way_in(ods, subject))
        return made

    def statement(self, token: str, since: date, until: date, **asked: object) -> list[dict[str, str]]:
        """The lines of the file, by its headings."""
        text = self.get(token, "/funding/statement.csv", **days(since, until), **asked)
        return list(csv.DictReader(io.StringIO(text.partition("\r\n")[2])))

    def recorded(self, ods: str) -> list[Fact]:
        async def read() -> list[Fact]:
            streams = (await self.web.store.tenant(ods)).streams
            return await streams.understand(await streams.log.after(0, 100_000))

        return self.web.run(read())

    async def _position(self, ods: str, at: datetime) -> int:
        async with (await self.web.store.tenant(ods)).pool.borrow() as connection:
            asked = b"select coalesce(max(position), 0) from events where recorded_at <= %s"
            row = await (await connection.execute(asked, (at,))).fetchone()
            assert row is not None
            return int(row[0])

    def sums(self, ods: str, funders: frozenset[str], at: datetime, until: date = date.max) -> dict[str, int]:
        """What the domain says of their money: as at a moment, and of that what counts for a day up to one."""
        position = self.web.run(self._position(ods, at))
        states: dict[str, fund.State] = {}
        found = dict.fromkeys((*MONEY, "committed", "available"), 0)
        if ods not in self.facts:
            self.facts[ods] = self.recorded(ods)
        for fact in self.facts[ods]:
            if fact.position > position or not fact.stream_id.startswith("fund-"):
                continue
            before = states.get(fact.stream_id, fund.INITIAL)
            after = states[fact.stream_id] = fund.evolve(before, fact.event)
            day = next((on for name in DAYS if (on := getattr(fact.event, name, None))), today(fact.at))
            if day <= until:
                was, becomes = whole(before.pledges, funders), whole(after.pledges, funders)
                found = {name: found[name] + becomes[name] - was[name] for name in found}
        return found


DAYS: Final = ("received_on", "paid_on", "returned_on")


def whole(pledges: Mapping[str, fund_pledges.Pledge], funders: frozenset[str]) -> dict[str, int]:
    own = [told(each) for each in pledges.values() if each.funder in funders]
    return {name: sum(each[name] for each in own) for name in (*MONEY, "committed", "available")}


def days(since: date, until: date) -> dict[str, Any]:
    ends = {"since": since, "until": until}
    return {f"{end}_{part}": getattr(day, part) for end, day in ends.items() for part in ("day", "month", "year")}


def pence(line: Mapping[str, str]) -> dict[str, int]:
    return {kind: round(float(line[kind.title()] or 0) * 100) for kind in MONEY}


@pytest.fixture(scope="module")
def world(servers: Installation) -> Iterator[World]:
    """Two ICSs in which a year of chests was played, and one with a small chest of other funders."""
    with serving(servers, *PLAYED, SMALL) as web:
        web.given(SMALL, SMALL, configured(SMALL, "Zed", places=PLACES))
        for each in small("Zed"):
            web.given(SMALL, "f1", each)
        web.run(_years(servers, web), seconds=240)
        for ods in (*PLAYED, SMALL):
            web.followed(ods)
        made = World(web)
        yield made
        for each in made.open:
            each.close()


async def _years(servers: Installation, web: Web) -> None:
    async with await AsyncConnection.connect(servers.database_url, autocommit=True) as admin:
        begun = 0
        for last, ago in PARTS:
            for ods in PLAYED:
                await admin.execute(_RECORDED.format(sql.Identifier(ods.lower()), sql.Literal(ago)))
            await asyncio.gather(*(_played(web, ods, begun, last) for ods in PLAYED))
            begun = last


_RECORDED: Final = sql.SQL("alter table {}.events alter column recorded_at set default now() - {} * interval '1 day'")


async def _played(web: Web, ods: str, begun: int, last: int) -> None:
    there = await web.store.tenant(ods)
    streams = there.streams
    if not begun:
        await handle(streams, ods, configured(ods, PLAYED[ods], places=PLACES), about())
    every = await founded(there, 1, NOW)
    setting = [] if begun else [*listing(ods, every[0].began), *organisations(ods, every)]
    year = [step for chest in every for step in chest.steps() if begun <= (step.at - chest.began).days < last]
    for step in (*setting, *year):
        await handle(streams, step.identity, step.command, about(occurred_at=step.at))


def funder_in(world: World, *codes: str, subject: str = "wren") -> str:
    return world.token(*((ods, "funder", f"organisation:{TRUST}") for ods in codes), subject=subject)


MOMENTS: Final = (NOW - timedelta(days=45), NOW - timedelta(days=15))
OWN: Final = frozenset({TRUST})


@pytest.mark.parametrize("at", [*MOMENTS, None])
def test_a_statement_over_every_ics_is_what_the_domain_says_to_the_penny(world: World, at: datetime | None) -> None:
    wren, then = funder_in(world, *PLAYED), {"at": at.isoformat()} if at else {}
    began = (NOW - timedelta(days=360)).date()
    periods = [(WHOLE[0], WHOLE[1]), (WHOLE[0], began + timedelta(days=100)), (began + timedelta(days=101), WHOLE[1])]
    stood: dict[str, int] | None = None
    for since, until in periods:
        opening, *moves, closing = world.statement(wren, since, until, **then)
        assert {each["ICS"] for each in moves} <= set(PLAYED)
        assert {each["Funder"] for each in moves} <= OWN
        expected = [world.sums(ods, OWN, at or datetime.now(UTC), until) for ods in PLAYED]
        assert pence(closing) == {kind: sum(each[kind] for each in expected) for kind in MONEY}
        added = {kind: pence(opening)[kind] + sum(pence(each)[kind] for each in moves) for kind in MONEY}
        assert added == pence(closing)
        if since == WHOLE[0]:
            assert not any(pence(opening).values())
            stood = pence(closing)
        else:
            assert pence(opening) == stood
    assert moves


def test_each_line_names_the_ics_and_the_fund_and_each_ics_adds_up_by_itself(world: World) -> None:
    wren = funder_in(world, *PLAYED)
    _, *moves, closing = world.statement(wren, *WHOLE)
    for ods in PLAYED:
        (first, *own, last) = world.statement(wren, *WHOLE, ics=ods)
        assert own == [each for each in moves if each["ICS"] == ods]
        assert {each["Fund"] for each in own} == {f"{place.name} community chest" for place in PLACES}
        assert pence(last) == {kind: world.sums(ods, OWN, datetime.now(UTC))[kind] for kind in MONEY}
        assert first["ICS"] == last["ICS"] == "All"
    both = [world.sums(ods, OWN, datetime.now(UTC)) for ods in PLAYED]
    assert pence(closing)["received"] == sum(each["received"] for each in both) == 2 * len(PLACES) * 5_000_00


def test_what_was_stated_of_a_past_moment_is_stated_again_to_the_byte(world: World) -> None:
    wren, period = funder_in(world, *PLAYED), days(*WHOLE)
    moment, now = (each.isoformat() for each in (MOMENTS[1], datetime.now(UTC)))
    before = [world.get(wren, "/funding/statement.csv", **period, at=at) for at in (moment, now)]
    assert before[0] != before[1]
    ((chest,),) = world.web.rows("QMF", "select fund_id from community_chest_v1_fund order by 1 limit 1")
    more = fund_pledges.MakePledge(pledge_id="more", funder=TRUST, amount_pence=1, by="olu")
    world.web.given("QMF", chest, more)
    world.web.followed("QMF")
    assert [world.get(wren, "/funding/statement.csv", **period, at=at) for at in (moment, now)] == before
    assert world.get(wren, "/funding/statement.csv", **period) != before[1]
    world.facts.clear()


def test_the_page_says_what_there_is_in_each_ics_and_in_all(world: World) -> None:
    wren = funder_in(world, *PLAYED, subject="page")
    assert wren
    page = words(world.console("QPM", "page").get("/funding").text)
    now = datetime.now(UTC)
    by_ics = {ods: world.sums(ods, OWN, now) for ods in PLAYED}
    for ods, name in PLAYED.items():
        assert f"{name} {' '.join(pounds(by_ics[ods][kind]) for kind in KINDS)}" in page
    total = (pounds(sum(each[kind] for each in by_ics.values())) for kind in KINDS)
    assert f"Total {' '.join(total)}" in page
    assert "Zed" not in page
    assert "not complete" not in page
    then = MOMENTS[0].date()
    asked = {"day": then.day, "month": then.month, "year": then.year}
    page = words(world.console("QMF", "page").get("/funding", params=asked).text)
    at = datetime.combine(then, datetime.max.time(), LONDON)
    total = (pounds(sum(world.sums(ods, OWN, at)[kind] for ods in PLAYED)) for kind in KINDS)
    assert f"Total {' '.join(total)}" in page
    assert "what we knew then" in page


KINDS: Final = (*MONEY, "committed", "available")


def test_only_who_funds_for_an_organisation_is_led_there_and_let_in(world: World) -> None:
    for subject, grant in {"whole": ("funder", "tenant"), "olu": ("chest_officer", "tenant")}.items():
        token = world.token(("QPM", *grant), subject=subject)
        assert "/funding" not in world.console("QPM", subject).get("/chests").text
        for path in ("/funding", "/funding/statement", "/funding/statement.csv"):
            world.get(token, path, 403)
        answer = world.web.post(token, "{ funds { totalCount } }")
        assert answer.status_code == 200
        assert ask(world, token, "{ funds { totalCount } }", 403)
    funder_in(world, "QPM", subject="led")
    page = world.console("QPM", "led").get("/chests").text
    assert 'href="/funding"' in page
    for chest in set(re.findall(r'href="(/chests/[0-9a-f-]{36})"', page)):
        shown = words(world.console("QPM", "led").get(chest).text)
        assert "Whose it is" in shown
        assert "Rounds" not in shown
    assert world.web.client.get("/funding/statement.csv").status_code == 401


def test_a_funder_of_one_ics_sees_nothing_of_another(world: World) -> None:
    robin = funder_in(world, "QPM", subject="robin")
    _, *moves, closing = world.statement(robin, *WHOLE)
    assert {each["ICS"] for each in moves} == {"QPM"}
    assert pence(closing) == {kind: world.sums("QPM", OWN, datetime.now(UTC))[kind] for kind in MONEY}
    assert "Ptarmigan" not in world.console("QPM", "robin").get("/funding").text
    world.get(robin, "/funding/statement.csv", 403, ics="QMF", **days(*WHOLE))
    ((chest,),) = world.web.rows("QMF", "select fund_id from community_chest_v1_fund order by 1 limit 1")
    world.get(robin, "/funding/statement.csv", 404, ics="QPM", fund=chest, **days(*WHOLE))
    assert [each["ics"] for each in ask(world, robin, "{ funds { totalCount } }")["parts"]] == ["QPM"]


def test_an_officer_of_one_ics_who_funds_in_another_sees_only_what_the_funder_may(world: World) -> None:
    both = world.token(("QPM", "chest_officer", "tenant"), ("QMF", "funder", f"organisation:{TRUST}"), subject="both")
    world.web.token("QMF", "finance", "tenant", subject="both")
    _, *moves, closing = world.statement(both, *WHOLE)
    assert {(each["ICS"], each["Funder"]) for each in moves} == {("QMF", TRUST)}
    assert pence(closing) == {kind: world.sums("QMF", OWN, datetime.now(UTC))[kind] for kind in MONEY}
    (part,) = ask(world, both, "{ funds { totalCount } grants { totalCount } }")["parts"]
    assert part["answer"]["errors"][0]["extensions"]["code"] == "OUT_OF_SCOPE"


def test_organisations_of_two_ics_are_not_mixed(world: World) -> None:
    """Of each ICS what that one let them see: there are three who pledged to the small chest, and the NHS of two ICSs."""
    mixed = world.token(
        ("QPM", "funder", f"organisation:{TRUST}"),
        ("QMF", "funder", "organisation:QMF"),
        (SMALL, "funder", f"organisation:{COUNCIL}"),
        subject="mixed",
    )
    _, *moves, closing = world.statement(mixed, *WHOLE)
    own = {"QPM": TRUST, "QMF": "QMF", SMALL: COUNCIL}
    assert {(each["ICS"], each["Funder"]) for each in moves} == set(own.items())
    expected = [world.sums(ods, frozenset({code}), datetime.now(UTC)) for ods, code in own.items()]
    assert pence(closing) == {kind: sum(each[kind] for each in expected) for kind in MONEY}
    assert NHS not in {each["Funder"] for each in moves if each["ICS"] != "QMF"}


def test_a_grant_that_is_withdrawn_takes_its_ics_away(world: World) -> None:
    gone = funder_in(world, *PLAYED, subject="gone")
    assert {each["ICS"] for each in world.statement(gone, *WHOLE)[1:-1]} == set(PLAYED)
    revoke = RevokeUser(role="funder", scope=f"organisation:{TRUST}")
    world.web.given("QMF", user_id(NAME, "gone"), revoke)
    late = time.monotonic() + 2
    while {each["ICS"] for each in world.statement(gone, *WHOLE)[1:-1]} != {"QPM"}:
        assert time.monotonic() < late
    world.web.given("QPM", user_id(NAME, "gone"), revoke)
    headers = {"authorization": f"Bearer {gone}"}
    late = time.monotonic() + 2
    while world.web.client.get("/funding/statement.csv", headers=headers).status_code != 403:
        assert time.monotonic() < late


def test_an_ics_that_does_not_answer_is_named_and_so_is_the_total_without_it(
    world: World, servers: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    wren = funder_in(world, *PLAYED, subject="silent")
    console = world.console("QPM", "silent")
    monkeypatch.setattr(funding, "PATIENCE", 1.0)

    async def shut(how: str) -> None:
        async with await AsyncConnection.connect(servers.database_url, autocommit=True) as admin:
            await admin.execute(sql.SQL("alter role qmf {}").format(sql.SQL(how)))
            await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'qmf'")

    world.web.run(shut("nologin"))
    try:
        page = words(console.get("/funding").text)
        assert "Ptarmigan is not in these figures: it does not answer" in page
        assert f"Total without Ptarmigan {pounds(world.sums('QPM', OWN, datetime.now(UTC))['pledged'])}" in page
        lines = world.statement(wren, *WHOLE)
        assert {each["ICS"] for each in lines} == {"QPM", "All without Ptarmigan"}
        assert "Ptarmigan is not in these figures" in world.get(wren, "/funding/statement.csv", **days(*WHOLE))
        assert "does not answer" in world.get(wren, "/funding/statement.csv", 503, ics="QMF", **days(*WHOLE))
        told = ask(world, wren, "{ funds { totalCount } }")
        assert [each["ics"] for each in told["parts"]] == ["QPM"]
        assert [(each["ics"], each["why"]) for each in told["missing"]] == [("QMF", funding.SILENT)]
    finally:
        world.web.run(shut("login"))
    world.web.followed("QMF")
    assert "not complete" not in words(console.get("/funding").text)


def test_an_ics_whose_room_is_behind_is_named(
    world: World, servers: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    wren = funder_in(world, *PLAYED, subject="behind")
    monkeypatch.setattr(waiting, "SECONDS", 0.2)

    async def behind() -> httpx.Response:
        async with await AsyncConnection.connect(servers.database_url) as admin:
            await admin.execute("select from qmf.rooms for update")
            there = (await world.web.store.tenant("QMF")).streams
            await handle(there, "p-late", registered("Finch"), about())
            async with httpx.AsyncClient(base_url=world.web.url, timeout=30) as client:
                asked = days(*WHOLE)
                return await client.get(
                    "/funding/statement.csv", params=asked, headers={"authorization": f"Bearer {wren}"}
                )

    text = world.web.run(behind()).text
    assert "Ptarmigan is not in these figures: it has not yet counted" in text
    assert "All without Ptarmigan" in text
    world.web.followed("QMF")


def ask(world: World, token: str, document: str, status: int = 200, /, **variables: Any) -> Any:
    """A question to every ICS at once."""
    answer = world.web.client.post(
        "/funding/graphql",
        json={"query": document, "variables": variables},
        headers={"authorization": f"Bearer {token}"},
    )
    assert answer.status_code == status, answer.text
    return answer.json() if status == 200 else answer.text


def test_a_funders_own_system_asks_every_ics_with_one_token(world: World) -> None:
    wren = funder_in(world, *PLAYED, subject="system")
    document = """query($asOf: AsOf!) { fundStatement(since: "2024-01-01", until: "2030-12-31", asOf: $asOf) {
        position rows { kind fundId pledged confirmed received awarded paid } } }"""
    as_of = {"asOf": {"instant": MOMENTS[1].isoformat()}}
    found = ask(world, wren, document, **as_of)
    assert found["missing"] == []
    assert [(each["ics"], each["name"]) for each in found["parts"]] == list(PLAYED.items())
    for part in found["parts"]:
        alone = world.web.issuer.issue("system", part["ics"])
        assert part["answer"] == world.web.post(alone, document, as_of).json()
        closing = part["answer"]["data"]["fundStatement"]["rows"][-1]
        assert {kind: closing[kind] for kind in MONEY} == {
            kind: world.sums(part["ics"], OWN, MOMENTS[1])[kind] for kind in MONEY
        }


def test_each_ics_is_read_with_its_own_login_and_only_so_many_beside_each_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    funder_in(world, *PLAYED, SMALL, subject="busy")
    monkeypatch.setattr(funding, "AT_ONCE", 2)
    at_work: set[str] = set()
    most = 0

    async def login(there: Asker) -> str:
        nonlocal most
        at_work.add(there.tenant.ods)
        most = max(most, len(at_work))
        async with there.tenant.pool.borrow() as connection:
            row = await (await connection.execute("select current_user, pg_sleep(0.2)")).fetchone()
        at_work.remove(there.tenant.ods)
        assert row is not None
        return str(row[0])

    async def gather() -> Mapping[str, str]:
        store, servers = world.web.store, world.web.servers
        asking = Asking(make_door(servers.settings, servers.platform_key, store), store, ANSWERING)
        someone = Principal(user_id(NAME, "busy"), NAME, "QPM", frozenset())
        asker = make_asker(someone, await store.tenant("QPM"), "test")
        found = await funding.gathered(asking, asker, login)
        return {part.ics.ods: part.answer for part in found.parts}

    assert world.web.run(gather()) == {ods: ods.lower() for ods in (*PLAYED, SMALL)}
    assert most == 2


def test_whoever_is_an_analyst_too_sees_people_through_here_as_a_funder_does(world: World) -> None:
    both = world.token(
        ("QPM", "funder", f"organisation:{TRUST}"), ("QPM", "analyst", "tenant"), subject="numbers"
    )  # fmt: skip
    document = '{ outcomes(instrument: "ons4", scale: "happy", asOf: {position: 1}) { suppressed } }'
    assert "errors" not in world.web.post(both, document).json()
    (part,) = ask(world, both, document)["parts"]
    assert "as they were released" in part["answer"]["errors"][0]["message"]
    (part,) = ask(world, both, "{ fundedPlaces { suppressed } }")["parts"]
    assert part["answer"]["errors"][0]["extensions"]["code"] == "OUT_OF_SCOPE"


@pytest.mark.parametrize(
    "document", ['mutation { acceptGrant(id: "g") { id } }', "subscription { funds { totalCount } }", "{ nothing }"]
)
def test_nothing_is_changed_in_several_ics_at_once(world: World, document: str) -> None:
    wren = funder_in(world, *PLAYED, subject="system")
    answer = world.web.client.post(
        "/funding/graphql", json={"query": document}, headers={"authorization": f"Bearer {wren}"}
    )
    assert (answer.status_code, "parts" in answer.text) == (200 if "nothing" in document else 400, False)
    cookie = world.console("QPM", "system")
    assert cookie.post("/funding/graphql", json={"query": "{ funds { totalCount } }"}).status_code == 403


def test_nothing_a_funder_may_ask_tells_of_somebody_who_comes(world: World) -> None:
    """Every field of every root, before and after a person starts with a service: but for how much was recorded nothing is other."""
    web, token = world.web, funder_in(world, "QPM", subject="curious")
    web.given("QPM", "o-1", organisation("Nene"))
    for each in listed("Nene gardeners"):
        web.given("QPM", "garden", each)
    web.given("QPM", "wren", engaged("Wren"))
    before = _everything(web, token)
    assert {"funds", "fundStatement", "outcomes"} <= before.keys()
    assert not {"fundingCliff", "fundedPlaces", "chestNeeds", "chestEquity", "grants"} & before.keys()
    came: dict[str, tuple[object, ...]] = {
        "p1": (registered("Finch"), agreed()),
        "r1": (referred("p1", "ref-1", practice="K83001"), referral.AcceptReferral(), allocated("r1", "wren")),
        "k1": (connected("r1", "garden"), connection.AcceptConnection()),
    }
    for identity, commands in came.items():
        for each in commands:
            web.given("QPM", identity, each)
    start = connection.StartConnection(started_on=NOW.date(), on=NOW.date())
    web.given("QPM", "k1", start)
    assert _everything(web, token) == before


def _everything(web: Web, token: str) -> dict[str, Any]:
    web.followed("QPM")
    found = {}
    for name, of in roots("query").items():
        document, variables = operation("query", name, of)
        if name == "outcomes":
            variables |= {"instrument": "ons4", "scale": "happy"}
        if name == "fundStatement":
            variables |= {"since": WHOLE[0].isoformat(), "until": WHOLE[1].isoformat()}
        answer = web.post(token, document, variables).json()
        if not answer.get("errors"):
            found[name] = _still(answer["data"])
    return found


def _still(found: Any) -> Any:
    """Without what says how much was recorded, and when it was asked."""
    if isinstance(found, dict):
        return {name: _still(each) for name, each in found.items() if name not in ("position", "asOf")}
    return [_still(each) for each in found] if isinstance(found, list) else found
