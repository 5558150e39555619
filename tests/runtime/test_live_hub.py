"""What many watch is asked once; who does not listen holds nothing up, and nothing is kept for them."""

import asyncio
import contextlib
import http.client
import socket as network
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from graphql import GraphQLError

from commonweal.console.assets import assets
from commonweal.domain.people import consent, person
from commonweal.domain.referrals import receive
from commonweal.domain.workforce import link_worker
from commonweal.kernel.log import Borrow
from commonweal.runtime.installation import Installation
from commonweal.runtime.live import feed, patience
from commonweal.runtime.live import hub as hub_module
from commonweal.runtime.live.feed import Question, Watch
from commonweal.runtime.live.hub import Hub
from commonweal.runtime.live.patience import PatientSocket
from commonweal.runtime.live.readers import READERS
from commonweal.runtime.live.transport import OPERATIONS
from tenants.nats_accounts import PLATFORM
from tests.subscriber import socket, subscriber
from tests.web import Web, serving

TODAY = datetime.now(UTC).date()
BOARD = (
    "subscription { caseload(first: 100) { edges { cursor node { id stage receivedAt person { name ageBand } } } } }"
)
ROOM = frozenset({"caseload"})


@pytest.fixture(scope="module")
def web(servers: Installation) -> Iterator[Web]:
    with serving(servers, "QLC") as made:
        yield made


class Asked:
    """A question that counts how often it is asked, and how often at the same time."""

    def __init__(self, key: str = "k", seconds: float = 0.0, tenant: str = "QLC") -> None:
        self.times = self.now = self.most = 0
        self.answer = b"a"
        self.seconds = seconds
        self.fails: list[Exception] = []
        self.question = Question(key, tenant, ROOM, self.ask)

    async def ask(self, _borrow: Borrow) -> bytes:
        self.times += 1
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.seconds)
            if self.fails:
                raise self.fails.pop()
        finally:
            self.now -= 1
        return self.answer


class Ear:
    """One who watches and takes every answer."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.bell = asyncio.Event()

    async def listen(self, watch: Watch) -> None:
        while True:
            await self.bell.wait()
            self.bell.clear()
            if (answer := watch.take()) is not None:
                self.heard.append(answer.decode())


class Scene:
    def __init__(self, web: Web, bus: Any) -> None:
        self.stop = asyncio.Event()
        self.hub = Hub(bus, web.store, self.stop)
        self._bus = bus
        self._web = web
        self._tasks: list[asyncio.Task[None]] = []
        self.watches: list[Watch] = []

    async def ear(self, question: Question) -> Ear:
        ear = Ear()
        watch = await self.hub.watch(question, ear.bell.set)
        self.watches.append(watch)
        self._tasks.append(asyncio.create_task(ear.listen(watch)))
        return ear

    async def lose_nats(self) -> None:
        await self._bus.close()

    async def change(self, room: str = "caseload", tenant: str = "QLC") -> None:
        await self._bus.publish(f"changed.{tenant}.{room}", b"1")
        await self._bus.flush()
        await asyncio.sleep(0.005)

    async def close(self) -> None:
        for watch in self.watches:
            watch.leave()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    """On a machine at work an answer takes its time."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 – each waits for something else
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked again by the clock, unless a test is about that: on a machine at work its time comes early."""
    monkeypatch.setattr(hub_module, "LOOK", 600.0)
    monkeypatch.setattr(feed, "_BACKOFF", 600.0)


def played(web: Web, play: Callable[[Scene], Coroutine[Any, Any, None]]) -> None:
    """A hub of one's own, inside the web process, over the real NATS."""

    async def whole() -> None:
        bus = await web.servers.accounts.connect(web.servers.nats_url, PLATFORM, "process", name="test")
        scene = Scene(web, bus)
        try:
            await play(scene)
        finally:
            await scene.close()
            await bus.close()

    web.run(whole())


def test_a_question_many_watch_is_asked_once_for_each_change(web: Web) -> None:
    async def play(scene: Scene) -> None:
        asked = Asked()
        ears = [await scene.ear(asked.question) for _ in range(50)]
        await until(lambda: all(ear.heard == ["a"] for ear in ears))
        assert asked.times == 1
        asked.answer = b"b"
        await scene.change()
        await until(lambda: all(ear.heard == ["a", "b"] for ear in ears))
        assert asked.times == 2

    played(web, play)


def test_a_room_that_never_rests_is_not_read_for_each_event_and_the_last_is_heard(web: Web) -> None:
    async def play(scene: Scene) -> None:
        asked = Asked(seconds=0.01)
        began, rest = time.monotonic(), 0.2
        ear = await scene.ear(replace(asked.question, rest=rest))
        for number in range(100):
            asked.answer = b"%d" % number
            await scene.change()
        await until(lambda: ear.heard[-1:] == ["99"])
        assert asked.most == 1
        assert len(ear.heard) <= asked.times <= 2 + (time.monotonic() - began) / rest

    played(web, play)


def test_other_rooms_and_other_icss_are_not_heard(web: Web) -> None:
    async def play(scene: Scene) -> None:
        asked = Asked()
        ear = await scene.ear(asked.question)
        await until(lambda: ear.heard == ["a"])
        await scene.change("waiting_list")
        await scene.change("caseload", "QMF")
        await asyncio.sleep(0.1)
        assert asked.times == 1

    played(web, play)


def test_who_comes_later_is_never_told_what_is_known_to_be_old(web: Web) -> None:
    async def play(scene: Scene) -> None:
        asked = Asked(seconds=0.1)
        early = await scene.ear(asked.question)
        await until(lambda: early.heard == ["a"])
        asked.answer = b"new"
        await scene.change()
        await until(lambda: asked.times == 2)  # known, and not answered yet
        late = await scene.ear(asked.question)
        await until(lambda: late.heard != [])
        assert late.heard == ["new"]
        same = await scene.ear(asked.question)
        await until(lambda: same.heard != [])
        assert same.heard == ["new"]

    played(web, play)


def test_asked_anew_an_equal_answer_is_told_to_the_one_who_came_alone(web: Web) -> None:
    async def play(scene: Scene) -> None:
        asked = Asked()
        first = await scene.ear(asked.question)
        await until(lambda: first.heard == ["a"])
        bell = asyncio.Event()
        watch = await scene.hub.watch(asked.question, bell.set, anew=True)
        scene.watches.append(watch)
        assert watch.take() is None
        await until(lambda: watch.look() is not None)
        assert watch.take() == b"a"
        assert asked.times == 2
        assert first.heard == ["a"]

    played(web, play)


def test_a_refusal_is_told_to_all_and_a_failure_is_tried_again(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "_BACKOFF", 0.05)

    async def play(scene: Scene) -> None:
        asked = Asked()
        asked.fails = [OSError("away")]
        ear = await scene.ear(asked.question)
        await until(lambda: ear.heard == ["a"])
        refused = Asked("other")
        refused.fails = [GraphQLError("no")]
        watches = [await scene.hub.watch(refused.question, lambda: None) for _ in range(2)]
        await until(lambda: (refused.times, refused.now) == (1, 0))
        for watch in watches:
            with pytest.raises(GraphQLError, match="no"):
                watch.take()
            watch.leave()
        scene.watches.append(await scene.hub.watch(refused.question, lambda: None))
        assert scene.watches[-1].take() is None  # asked for themselves
        await asyncio.sleep(0.05)

    played(web, play)


def test_many_questions_share_a_few_connections(web: Web) -> None:
    lent = set()

    async def play(scene: Scene) -> None:
        now = most = 0

        def question(number: int) -> Question:
            async def ask(borrow: Borrow) -> bytes:
                nonlocal now, most
                now += 1
                most = max(most, now)
                async with borrow() as connection:
                    lent.add(connection.info.backend_pid)
                    await connection.execute("select 1")
                now -= 1
                return b"%d" % number

            return Question(number, "QLC", ROOM, ask)

        for number in range(60):
            scene.watches.append(await scene.hub.watch(question(number), lambda: None))
        await until(lambda: all(watch.look() is not None for watch in scene.watches))
        assert most == READERS
        assert [watch.take() for watch in scene.watches] == [b"%d" % number for number in range(60)]

    played(web, play)
    assert len(lent) <= 2 * READERS  # the pool may hand out another one for each run


def test_a_question_that_fails_holds_up_no_other(web: Web) -> None:
    async def play(scene: Scene) -> None:
        failing = [Asked(f"failing {number}") for number in range(5)]
        for each in failing:
            each.fails = [OSError("away")]
            await scene.ear(each.question)
        asked = Asked("well")
        ear = await scene.ear(asked.question)
        await until(lambda: ear.heard == ["a"])
        assert all(each.times == 1 for each in failing)

    played(web, play)


def test_a_question_nothing_changes_is_asked_again_after_a_while(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "LOOK", 0.05)
    monkeypatch.setattr(feed, "ANEW", 0.2)

    async def play(scene: Scene) -> None:
        asked = Asked()
        ear = await scene.ear(asked.question)
        await until(lambda: ear.heard == ["a"])
        asked.answer = b"tomorrow"
        await asyncio.sleep(0.6)
        await until(lambda: ear.heard[-1] == "tomorrow")
        assert 2 <= asked.times <= 6

    played(web, play)


def test_a_change_nats_did_not_tell_of_is_found(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "LOOK", 0.1)

    async def play(scene: Scene) -> None:
        asked = Asked()
        await scene.lose_nats()
        ear = await scene.ear(asked.question)
        await asyncio.sleep(0.5)
        asked.answer = b"b"
        engaged = link_worker.EngageLinkWorker(
            display_name="Deaf", employer="GB-CHC-0000001", caseload_limit=9, engaged_on=TODAY
        )
        await asyncio.get_running_loop().run_in_executor(None, web.given, "QLC", "deaf", engaged)
        await until(lambda: ear.heard == ["a", "b"])

    played(web, play)


def test_what_nobody_watches_is_not_asked(web: Web) -> None:
    async def play(scene: Scene) -> None:
        asked = Asked()
        ear = await scene.ear(asked.question)
        await until(lambda: ear.heard == ["a"])
        scene.watches.pop().leave()
        await scene.change()
        await asyncio.sleep(0.1)
        assert asked.times == 1
        assert not scene.hub._feeds
        assert not scene.hub._by_room

    played(web, play)


def test_who_watches_hears_that_the_process_is_about_to_end(web: Web) -> None:
    async def play(scene: Scene) -> None:
        rung = asyncio.Event()
        scene.watches.append(await scene.hub.watch(Asked().question, rung.set))
        await until(lambda: scene.watches[-1].look() is not None)
        rung.clear()
        assert not scene.hub.over
        scene.stop.set()
        await asyncio.wait_for(rung.wait(), 20)
        assert scene.hub.over

    played(web, play)


def test_a_connection_may_rest_for_as_long_as_clients_and_proxies_rest_theirs(web: Web) -> None:
    assert patience.REST > 60
    one = http.client.HTTPConnection(urlsplit(web.url).netloc)
    with contextlib.closing(one):
        one.request("GET", "/health/live")
        one.getresponse().read()
        ours = one.sock
        time.sleep(5.5)  # uvicorn's own patience is 5
        one.request("GET", "/health/live")
        one.getresponse().read()
        assert one.sock is ours


def refer(web: Web, number: str) -> None:
    registered = person.RegisterPerson(
        name=f"Person {number}", date_of_birth=date(1950, 5, 4), nhs_number_status="07", on=TODAY
    )
    agreed = consent.GiveConsent(
        scope="contact", audience="any", method="verbal", wording_version="1", given_by="person", given_on=TODAY
    )
    received = receive.ReceiveReferral(
        person_id=f"p{number}",
        source="01",
        source_org="K83001",
        source_reference=f"r{number}",
        setting="gp",
        reasons=("loneliness",),
        referrer_role="gp",
        received_at=datetime.now(UTC),
    )
    web.given("QLC", f"p{number}", registered)
    web.given("QLC", f"p{number}", agreed)
    web.given("QLC", f"r{number}", received)


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> list[PatientSocket]:
    """Every socket of the server from now on."""
    found: list[PatientSocket] = []
    before = PatientSocket.connection_made

    def made(self: PatientSocket, transport: asyncio.BaseTransport) -> None:
        found.append(self)
        before(self, transport)

    monkeypatch.setattr(PatientSocket, "connection_made", made)
    return found


def test_who_does_not_read_costs_no_memory_and_keeps_nobody_waiting(
    web: Web, sockets: list[PatientSocket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 2.0)
    monkeypatch.setattr(patience, "_FAREWELL", 0.5)
    for number in range(100):
        refer(web, str(number))
    web.followed("QLC")
    token = web.token("QLC", "team_lead")
    narrow = network.socket()
    narrow.setsockopt(network.SOL_SOCKET, network.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", int(web.url.rpartition(":")[2])))
    with subscriber(web, token) as reads, socket(web, sock=narrow, max_queue=1) as deaf:
        deaf.begin(token)
        for number in range(OPERATIONS):
            deaf.subscribe(BOARD, str(number))
        reads.subscribe(BOARD)
        size = len(str(reads.next()))
        server = next(each for each in sockets if each.client == narrow.getsockname())
        held, began, told, gone = 0, time.monotonic(), 0, 0.0
        for number in range(100, 400):
            refer(web, str(number))
            while reads.next()["caseload"]["edges"][0]["node"]["id"] != f"r{number}":
                pass
            told += 1
            if server.transport.is_closing() or server.disconnected:
                gone = time.monotonic() - began
                break
            held = max(held, server.transport.get_write_buffer_size())
        print(
            f"\nan answer has {size} bytes, {held} were held at most; {told} told to the other; ended after {gone:.1f} s"
        )
        assert 0 < held < (64 << 10) + 2 * size
        assert gone > 2
        refer(web, "last")
        reads.next()


def test_pings_are_not_answered_into_a_full_buffer(
    web: Web, sockets: list[PatientSocket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sends and never reads is read no further either."""
    monkeypatch.setattr(patience, "PATIENCE", 1.0)
    monkeypatch.setattr(patience, "_FAREWELL", 0.2)
    narrow = network.socket()
    narrow.setsockopt(network.SOL_SOCKET, network.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", int(web.url.rpartition(":")[2])))
    with socket(web, sock=narrow, max_queue=1) as deaf:
        server = next(each for each in sockets if each.client == narrow.getsockname())
        deaf.say(type="ping")
        deaf.say(type="ping")
        deaf.say(type="ping")  # three answers nobody takes: from here on the client reads nothing
        held, end = 0, time.monotonic() + 20
        narrow.settimeout(0.2)
        ping = b"\x89\xfd\0\0\0\0" + b"p" * 125
        while not server.disconnected and time.monotonic() < end:
            with contextlib.suppress(OSError):
                narrow.sendall(ping * 100)
            held = max(held, server.transport.get_write_buffer_size())
        print(f"\n{held} bytes were held at most")
        assert server.disconnected
        assert held < 512 << 10


def test_an_answer_nobody_reads_is_let_go(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.5)
    sheet = assets().url("vendor/nhsuk/nhsuk-frontend.min.css")
    whole = len(web.client.get(sheet).content)
    asked = 60
    with network.socket() as narrow:
        narrow.setsockopt(network.SOL_SOCKET, network.SO_RCVBUF, 4096)
        narrow.connect(("127.0.0.1", int(web.url.rpartition(":")[2])))
        narrow.sendall(f"GET {sheet} HTTP/1.1\r\nHost: here\r\n\r\n".encode() * asked)
        time.sleep(3)
        narrow.settimeout(5)
        read = 0
        with contextlib.suppress(ConnectionResetError):
            while some := narrow.recv(1 << 16):
                read += len(some)
    assert read < asked * whole
