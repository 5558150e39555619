"""Somebody at work in a story without a browser: through GraphQL with a token, and on the console's pages without scripts."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import unescape
from typing import Any, Final

import httpx

from commonweal.kernel.react import Reactor
from commonweal.runtime import mutations, permissions
from commonweal.runtime.access import user_id
from commonweal.runtime.development_issuer import NAME
from commonweal.runtime.forgetting import forget
from tests.web import Answer, Web

ODS: Final = "QPM"
_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def hidden(page: str) -> dict[str, str]:
    """What is hidden in the form of a page."""
    return {name: unescape(value) for name, value in _HIDDEN.findall(page.partition("<main")[2])}


class Someone:
    """One user of an ICS, signed in at a desk and with a token. `grants`: (role, scope) each."""

    def __init__(self, web: Web, subject: str, *grants: tuple[str, str], ods: str = ODS) -> None:
        for role, scope in grants:
            web.token(ods, role, scope, subject=subject)
        self.web, self.ods = web, ods
        self.id = user_id(NAME, subject)
        self.grants = grants
        self.views = frozenset(permissions.views(grants, self.id))
        self.token = web.issuer.issue(subject, ods)
        self.client = httpx.Client(base_url=web.url, follow_redirects=True, headers={"accept": "text/html"}, timeout=30)
        self.client.get(web.way_in(ods, subject, f"{subject.title()} Example"))

    def do(self, command: type, identity: str | None = None, **given: Any) -> str:
        """Carry out a command over GraphQL, `given` in camel case; the id of the record."""
        self.web.followed(self.ods)
        (receipt,) = self.web.ask(
            self.token, mutations.document(command), self._wish(command, identity, given)
        ).values()
        made: str = receipt["id"]
        return made

    def refused(self, command: type, identity: str | None = None, **given: Any) -> Answer:
        """The error of a command that is not granted."""
        return self.web.refused(self.token, mutations.document(command), self._wish(command, identity, given))

    def _wish(self, command: type, identity: str | None, given: dict[str, Any]) -> dict[str, Any]:
        key = given.pop("key", None)
        address = (
            {"key": key or f"{command.__name__}-{sorted(given.items())}"[:200]}
            if identity is None
            else {"id": identity}
        )
        return {**address, **({"input": given} if mutations.asked(command) else {})}

    def ask(self, document: str, **variables: Any) -> Any:
        """The data of a question, once every room has read all there is."""
        self.web.followed(self.ods)
        return self.web.ask(self.token, document, variables)

    def get(self, path: str, status: int = 200) -> str:
        """A page, as it is once every room has read all there is."""
        self.web.followed(self.ods)
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.text

    def post(self, path: str, **typed: Any) -> str:
        """Send the form of a page, with what is hidden in it; `status` is what is expected, `at` the page it is on."""
        status, page = typed.pop("status", 200), self.get(typed.pop("at", path))
        answer = self.client.post(path, data={**hidden(page), **typed})
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        self.web.followed(self.ods)
        return answer.text


@contextmanager
def signed_in(web: Web, ods: str = ODS) -> Iterator[partial[Someone]]:
    """`someone(subject, (role, scope), …)`: people who are signed out when the story is over."""
    there: list[Someone] = []

    def someone(subject: str, *grants: tuple[str, str]) -> Someone:
        there.append(Someone(web, subject, *grants, ods=ods))
        return there[-1]

    try:
        yield partial(someone)
    finally:
        for each in there:
            each.client.close()


def reacted(web: Web) -> None:
    """What follows from all that happened has been done, and every room has read it."""

    async def react() -> None:
        tenant = await web.store.tenant(ODS)
        await Reactor(tenant.streams, tenant.pool.borrow, partial(forget, tenant)).catch_up()

    web.run(react())
    web.followed(ODS)


def words(page: str) -> str:
    """What stands on a page, without what frames it and what is new each time: tokens, keys and how fresh it is."""
    main = page.partition("<main")[2].partition("</main")[0]
    bare = re.sub(r'(nonce|value)="[^"]*"', "", main)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", bare)).split())
