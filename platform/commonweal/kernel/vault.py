"""The vault: a key for each person, in a database of its own; destroying the key is how a person is forgotten everywhere."""

import os
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from commonweal.kernel.log import Borrow

_NONCE: Final = 12
_KEPT_SECONDS: Final = 30.0
"""How long a process may go on with a key it has read: an erasure elsewhere is felt here within this time."""
_KEPT_KEYS: Final = 100_000


_FETCH: Final = """
select w.id, case when d.id is null then k.wrapped end
from unnest(%s::text[]) as w (id)
left join data_keys as k using (id)
left join destroyed_keys as d using (id)
where k.id is not null or d.id is not null
"""
_MAKE: Final = """
insert into data_keys (id, wrapped)
select id, wrapped from unnest(%s::text[], %s::bytea[]) as made (id, wrapped) order by id
on conflict (id) do nothing
"""  # in one order: two processes that make the same keys wait for each other, never in a circle


class Lost(Exception):  # noqa: N818
    """A key that should be there is not."""


class Tampered(Exception):  # noqa: N818
    """A box was altered, or moved to where it does not belong."""


class DataKey:
    """One person's key: AES-256-GCM with a random nonce before each ciphertext."""

    __slots__ = ("_aes",)

    def __init__(self, raw: bytes) -> None:
        self._aes = AESGCM(raw)

    def seal(self, clear: bytes, about: bytes) -> bytes:
        """Nonce and ciphertext, bound to `about`."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aes.encrypt(nonce, clear, about)

    def open(self, sealed: bytes, about: bytes) -> bytes:
        """The clear bytes; raises `Tampered`."""
        try:
            return self._aes.decrypt(sealed[:_NONCE], sealed[_NONCE:], about)
        except (InvalidTag, ValueError) as wrong:
            raise Tampered("a sealed field was altered or moved") from wrong


def derive(tenant_key: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose from a tenant's key (HKDF-SHA256)."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(tenant_key)


class Vault:
    """One tenant's keys in this process. `borrow` lends a connection to the tenant's schema of the vault database."""

    def __init__(self, borrow: Borrow, tenant_key: bytes) -> None:
        self._borrow = borrow
        self._wrap = AESGCM(derive(tenant_key, "commonweal/wrap"))
        self._kept: OrderedDict[str, tuple[float, DataKey | None]] = OrderedDict()

    def get(self, name: str) -> DataKey | None:
        """A key fetched just before; None where it is destroyed. Raises KeyError where it was not fetched."""
        return self._kept[name][1]

    def has(self, name: str) -> bool:
        """Is this key at hand and fresh?"""
        found = self._kept.get(name)
        return found is not None and (found[1] is None or found[0] >= time.monotonic())

    async def fetch(self, names: Iterable[str]) -> None:
        """Bring keys to hand. Raises `Lost` for a name that was neither made here nor destroyed."""
        wanted = [name for name in dict.fromkeys(names) if not self.has(name)]
        if not wanted:
            return
        async with self._borrow() as connection:
            rows = await (await connection.execute(_FETCH, (wanted,), binary=True, prepare=True)).fetchall()
        found: dict[str, bytes | None] = dict(rows)
        for name in wanted:
            if name not in found:
                raise Lost(
                    f"the vault has no key {name} and no record of its destruction: was it restored to the past?"
                )
            wrapped = found[name]
            self._keep(name, self._unwrap(name, wrapped) if wrapped else None)

    async def make(self, name: str) -> DataKey | None:
        """The key of that name, made if there is none; None where it was destroyed."""
        await self.make_all([name])
        return self.get(name)

    async def make_all(self, names: Iterable[str]) -> None:
        """Bring the keys of these names to hand, each made if there is none and it was not destroyed."""
        wanted = list(dict.fromkeys(names))
        for name in wanted:
            if name in self._kept and self._kept[name][1] is None:
                del self._kept[name]
        wrapped = [self._wrapped(name, AESGCM.generate_key(256)) for name in wanted]
        async with self._borrow() as connection:
            await connection.execute(_MAKE, (wanted, wrapped), prepare=True)
        await self.fetch(wanted)

    async def destroy(self, name: str, reason: str) -> None:
        """Destroy a key and write it in the ledger, in one transaction. Doing it twice changes nothing."""
        async with self._borrow() as connection, connection.transaction():
            await connection.execute(
                "insert into destroyed_keys (id, reason) values (%s, %s) on conflict (id) do nothing", (name, reason)
            )
            await connection.execute("delete from data_keys where id = %s", (name,))
        self.give_up(name)

    def give_up(self, name: str) -> None:
        """A key that was destroyed, or is about to be: it opens nothing here any more."""
        self._keep(name, None)

    async def destroyed(self) -> set[str]:
        """The ledger: the names of all keys ever destroyed."""
        async with self._borrow() as connection:
            return {row[0] for row in await (await connection.execute("select id from destroyed_keys")).fetchall()}

    async def apply_ledger(self) -> int:
        """After a restore: destroy again what the ledger names. How many keys had come back."""
        async with self._borrow() as connection:
            gone = await connection.execute("delete from data_keys as k using destroyed_keys as d where d.id = k.id")
            return gone.rowcount

    def _wrapped(self, name: str, raw: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._wrap.encrypt(nonce, raw, name.encode())

    def _unwrap(self, name: str, wrapped: bytes) -> DataKey:
        try:
            return DataKey(self._wrap.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], name.encode()))
        except (InvalidTag, ValueError) as wrong:
            raise Tampered("a wrapped key does not open with this tenant's key") from wrong

    def _keep(self, name: str, key: DataKey | None) -> None:
        self._kept[name] = (time.monotonic() + _KEPT_SECONDS, key)
        self._kept.move_to_end(name)
        while len(self._kept) > _KEPT_KEYS:
            self._kept.popitem(last=False)
