"""Signed links: somebody without an account goes on with what is theirs, and with nothing else."""

from collections.abc import Container
from datetime import date
from typing import Final

import msgspec

from commonweal.domain.link import Link
from commonweal.runtime.session import Seal
from commonweal.runtime.settings import Settings
from tenants.store import Store, Tenant, UnknownTenant


class Token(msgspec.Struct, frozen=True, array_like=True):
    """`record`: what it is about; `link`: which of its links; `expires`: the last day on which it opens."""

    tenant: str
    record: str
    link: str
    expires: date


class Closed(Exception):  # noqa: N818 – an answer
    """The link opens nothing (any more); the message is a sentence for whoever has it."""


class Links:
    """Makes the links of one kind and opens them: nothing in one can be read, made or changed outside this installation.

    `purpose` has a key of its own, so that a link of another kind opens nothing; `path`: where the page is; `sender`: who sends them.
    """

    def __init__(self, settings: Settings, platform_key: bytes, purpose: str, path: str, sender: str) -> None:
        self._address = f"{settings.address}{path}"
        self._seal: Final = Seal(platform_key, purpose, Token)
        self._sender = sender

    def link(self, tenant: str, record: str, which: Link) -> str:
        """The address to send."""
        return f"{self._address}/{self._seal.close(Token(tenant, record, which.id, which.expires_on))}"

    async def find(self, store: Store, text: str) -> tuple[Token, Tenant]:
        """What a link says, and the ICS it is of. Raises `Closed`."""
        if (token := self._seal.open(text)) is None:
            raise self.nothing()
        try:
            return token, await store.tenant(token.tenant)
        except UnknownTenant:
            raise self.nothing() from None

    def weigh(self, token: Token, newest: Link | None, ever: Container[str], today: date) -> None:
        """Raises `Closed` unless it is the newest of the record's own links (`ever`: all there were), and its day is not over."""
        if token.link not in ever:
            raise self.nothing()
        if newest is None or newest.id != token.link:
            raise Closed(
                f"This link was replaced by a newer one. Look for a later message, or ask the {self._sender} who sent it."
            )
        if today > min(token.expires, newest.expires_on):
            raise Closed(f"This link has run out. Ask the {self._sender} who sent it for a new one.")

    def nothing(self) -> Closed:
        """What is said of a link that is none: how it is wrong is nobody's business."""
        return Closed(
            f"This link opens nothing. Check that all of it was copied, or ask the {self._sender} who sent it."
        )
