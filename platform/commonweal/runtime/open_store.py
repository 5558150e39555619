"""Opening the store: every ICS of an installation, with the passwords and keys that are this installation's own."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Final

from nats.aio.client import Client
from nats.errors import Error as NatsError

from commonweal.domain.message import Refused
from commonweal.runtime import secrets
from commonweal.runtime.installation import Installation
from commonweal.runtime.settings import Settings
from tenants.store import CONTROL, Placement, Server, Store
from tenants.store import Secrets as StoreSecrets


def tenant_key_path(settings: Settings, ods: str, key_file: str | None = None) -> Path:
    """Where an ICS's key is kept: 32 random bytes. A folder of keys in the settings takes the place of the data folder's."""
    named = Path(key_file or f"keys/{ods}.key")
    return settings.tenant_key_dir / named.name if settings.tenant_key_dir else settings.data / named


def tenant_key(installation: Installation, placement: Placement) -> bytes:
    """An ICS's key. Raises `Refused` where the file is missing or is no key: without it nothing personal can be read."""
    if placement == CONTROL:
        return secrets.derive(installation.platform_key, "control")
    path = tenant_key_path(installation.settings, placement.ods, placement.key_file)
    try:
        key = path.read_bytes()
    except OSError as error:
        raise Refused(f"the key of {placement.ods} cannot be read from {path} ({type(error).__name__})") from None
    if len(key) != secrets.KEY_LENGTH:
        raise Refused(f"the key of {placement.ods} in {path} has {len(key)} bytes; it must be {secrets.KEY_LENGTH}")
    return key


def password(installation: Installation, login: str) -> str:
    """The password of a tenant's login."""
    return secrets.password(installation.platform_key, f"login/{login}")


def servers(installation: Installation) -> dict[str, Server]:
    """The PostgreSQL servers ICSs can be placed on."""
    return {"main": Server(installation.database_url, installation.vault_url)}


def open_store(installation: Installation, application: str, bus: Client | None = None) -> Store:
    """The store of an installation for one process. With a `bus`, each commit wakes those who follow."""
    waker = Waker(bus) if bus is not None else None
    return Store(
        servers(installation),
        StoreSecrets(
            lambda login: password(installation, login), lambda placement: tenant_key(installation, placement)
        ),
        woken=waker if waker is not None else lambda _tenant, _head: None,
        application=f"commonweal-{application}",
    )


class Waker:
    """Says `wake.<tenant>` with the new head after a commit; many commits in one turn of the loop are said once."""

    _SUBJECT: Final = "wake.{}"

    def __init__(self, bus: Client) -> None:
        self._bus = bus
        self._heads: dict[str, int] = {}
        self._saying: asyncio.Task[None] | None = None

    def __call__(self, tenant: str, head: int) -> None:
        self._heads[tenant] = head
        if self._saying is None:
            self._saying = asyncio.get_running_loop().create_task(self._say())

    async def _say(self) -> None:
        try:
            while self._heads:
                tenant, head = self._heads.popitem()
                with suppress(NatsError):  # those who follow look for themselves each second
                    await self._bus.publish(self._SUBJECT.format(tenant), b"%d" % head)
        finally:
            self._saying = None
