"""A new version of a room is built beside the old one while people work, as a deployment would do it, and no read fails."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from commonweal.domain.user import GrantUser
from commonweal.kernel.handle import handle
from commonweal.runtime.access import user_id
from commonweal.runtime.development_issuer import NAME, DevelopmentIssuer
from commonweal.runtime.ground import EXAMPLES
from commonweal.runtime.installation import Installation, tell
from commonweal.runtime.open_store import open_store
from commonweal.runtime.settings import environment
from tenants.nats_accounts import PLATFORM
from tests.conftest import folder
from tests.runtime.command_scene import Scene, scene
from tests.runtime.conftest import eventually, free_port
from tests.story import agreed, referred, registered
from tests.tenant import about

PATIENCE = 90.0
HERE = Path(__file__).parents[2]
BOARD = (
    "{ caseload(first: 20) { position totalCount edges { node { "
    "id version stage phase priority needs receivedAt person { name } } } } }"
)

OPERATOR = """
import json, sys
from click.testing import CliRunner
from commonweal.runtime import cli_rooms
from commonweal.runtime.cli import commonweal
for line in sys.stdin:
    done = CliRunner().invoke(commonweal, json.loads(line))
    print(json.dumps([done.exit_code, done.stdout, str(done.exception or "")]), flush=True)
"""


@dataclass
class Release:
    """A source tree and the processes that run from it."""

    tree: Path
    environ: dict[str, str]
    installation: Installation
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    operator: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.installation.settings.port}"

    def start(self) -> None:
        """On a port of its own, as on a machine of its own."""
        tell(self.installation)
        for name in ("follower", "web"):
            self.running.append(
                subprocess.Popen(
                    [sys.executable, "-m", f"commonweal.runtime.{name}"],
                    env=self.environ,
                    cwd=self.tree,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )

    def stop(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait(20)
        self.running.clear()

    def stand_by(self) -> None:
        """Whoever types commands in this release: one process for all of them, for most of a command is its start."""
        program = [sys.executable, "-c", OPERATOR]
        self.operator = subprocess.Popen(
            program, env=self.environ, cwd=self.tree, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def command(self, *words: object) -> tuple[int, str, str]:
        """Its exit code, what it says, and why it was refused."""
        assert self.operator is not None
        assert self.operator.stdin is not None
        assert self.operator.stdout is not None
        self.operator.stdin.write(json.dumps([str(word) for word in words]) + "\n")
        self.operator.stdin.flush()
        code, said, refused = json.loads(self.operator.stdout.readline())
        return code, said, refused

    def ask(self, *words: object) -> Any:
        code, said, refused = self.command(*words, "--json")
        assert code == 0, said + refused
        return json.loads(said)

    def leave(self) -> None:
        if self.operator is not None:
            self.operator.communicate(timeout=20)


def release(hosting: Scene, tree: Path) -> Release:
    settings = msgspec.structs.replace(hosting.installation.settings, port=free_port())
    plain = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")}
    first = {"PYTHONPATH": os.pathsep.join([str(tree / "platform"), str(tree)])}
    return Release(tree, {**plain, **environment(settings), **first}, replace(hosting.installation, settings=settings))


@contextmanager
def next_release() -> Iterator[Path]:
    """The same sources, with version 3 of the caseload."""
    tree = folder()
    try:
        for name in ("platform", "projections", "tenants"):
            shutil.copytree(HERE / name, tree / name)  # with what Python made of them: three processes start from it
        shutil.rmtree(tree / "projections" / "caseload" / "__pycache__", ignore_errors=True)
        for path in (tree / "projections" / "caseload").iterdir():
            if path.is_file():
                text = path.read_text(encoding="utf-8")
                path.write_text(text.replace("caseload_v2_", "caseload_v3_").replace("version=2", "version=3"))
        yield tree
    finally:
        shutil.rmtree(tree)


@dataclass
class Desk:
    """Someone who looks at the board all the time, wherever the door leads them, and somebody else who refers people."""

    hosting: Scene
    url: str
    token: str
    answers: Counter[str] = field(default_factory=Counter)
    referred: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    pause: threading.Event = field(default_factory=threading.Event)
    idle: threading.Event = field(default_factory=threading.Event)
    """Asked to pause, they have put down what they were at."""

    def look(self, client: httpx.Client, url: str) -> Any:
        headers = {"authorization": f"Bearer {self.token}"}
        return client.post(f"{url}/graphql", json={"query": BOARD}, headers=headers)

    def read(self) -> None:
        with httpx.Client(timeout=10) as client:
            while not self.stop.is_set():
                try:
                    answer = self.look(client, self.url)
                    failed = answer.status_code != 200 or "errors" in answer.json()
                    self.answers[answer.text[:200] if failed else "shown"] += 1
                except httpx.HTTPError as failure:
                    self.answers[repr(failure)] += 1
                time.sleep(0.05)

    def work(self) -> None:
        asyncio.run(self._work())

    async def _work(self) -> None:
        servers = self.hosting.installation
        bus = await servers.accounts.connect(servers.nats_url, PLATFORM, "process", name="test")
        store = open_store(servers, "test", bus)
        streams = (await store.tenant("QPM")).streams
        while not self.stop.is_set():
            if self.pause.is_set():
                self.idle.set()
                await asyncio.sleep(0.02)
                continue
            who, case = str(uuid.uuid4()), str(uuid.uuid4())
            for identity, command in (
                (who, registered(f"Finch {self.referred}")),
                (who, agreed()),
                (case, referred(who, f"side-by-side-{case}")),
            ):
                await handle(streams, identity, command, about())
            self.referred += 1
            await asyncio.sleep(0.05)
        await store.close()
        await bus.close()


def a_token(hosting: Scene) -> str:
    """Of someone who may see the whole board."""
    servers = hosting.installation

    async def grant() -> None:
        store = open_store(servers, "test")
        streams = (await store.tenant("QPM")).streams
        await handle(streams, user_id(NAME, "demo-reader"), GrantUser(role="team_lead", scope="tenant"), about())
        await store.close()

    asyncio.run(grant())
    return DevelopmentIssuer(servers.settings, servers.platform_key).issue("demo-reader", "QPM")


async def _head(hosting: Scene) -> int:
    store = open_store(hosting.installation, "test")
    try:
        return await (await store.tenant("QPM")).log.head()
    finally:
        await store.close()


def board(desk: Desk, at: Release, position: int = 0) -> Any:
    """What a release shows, once it shows at least this position."""

    def shown() -> Any:
        with suppress(httpx.HTTPError, KeyError, TypeError, ValueError):
            found = desk.look(client, at.url).json()["data"]["caseload"]
            return found if found["position"] >= position else None

    with httpx.Client(timeout=5) as client:  # one for all looks: making one costs more than a look
        return eventually(shown, PATIENCE)


@pytest.fixture
def hosting() -> Iterator[Scene]:
    with scene(EXAMPLES / "northamptonshire.toml") as made:
        yield made


def test_a_new_version_is_built_read_and_followed_beside_the_old_and_no_read_fails(hosting: Scene) -> None:
    with ExitStack() as stack:
        old = release(hosting, HERE)
        new = release(hosting, stack.enter_context(next_release()))
        stack.callback(new.stop)
        stack.callback(new.leave)
        new.stand_by()
        stack.callback(old.stop)
        old.start()
        desk = Desk(hosting, old.url, a_token(hosting))
        board(desk, old)
        threads = [threading.Thread(target=work) for work in (desk.read, desk.work)]
        for thread in threads:
            stack.callback(thread.join)
        stack.callback(desk.stop.set)
        for thread in threads:
            thread.start()
        eventually(lambda: desk.referred > 10, PATIENCE)

        (made,) = new.ask("read-models", "build")
        assert (made["room"], made["position"] > 0) == ("caseload v3", True)
        new.start()
        board(desk, new, made["position"])
        desk.url = new.url
        before = desk.answers["shown"]
        eventually(lambda: desk.answers["shown"] > before + 10, PATIENCE)
        code, _, refused = new.command("read-models", "drop", "caseload", "2")
        assert code == 1
        assert "is followed by a release that runs" in refused

        desk.pause.set()
        assert desk.idle.wait(40)
        head = asyncio.run(_head(hosting))
        assert board(desk, old, head) == board(desk, new, head), "both show the same at the same position"
        desk.pause.clear()

        old.stop()
        assert new.ask("read-models", "drop", "caseload", "2") == [{"tenant": "QPM", "room": "caseload v2"}]
        worked, shown = desk.referred, desk.answers["shown"]
        eventually(lambda: desk.referred > worked + 5 and desk.answers["shown"] > shown + 10, PATIENCE)
        assert set(desk.answers) == {"shown"}, desk.answers
