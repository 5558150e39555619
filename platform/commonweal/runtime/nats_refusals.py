"""Whoever NATS turned away is counted: those without credentials that hold, and those who reached for what is not theirs."""

import asyncio
import json
import re
from pathlib import Path
from typing import Final

import structlog
from nats.aio.msg import Msg

from commonweal.kernel.trace import refused, where
from commonweal.runtime.installation import Installation
from tenants.nats_accounts import SYSTEM

_TURNED_AWAY: Final = "$SYS.SERVER.*.CLIENT.AUTH.ERR"
_CUT_OFF: Final = "$SYS.ACCOUNT.*.DISCONNECT"
_WHY: Final = frozenset({"Authentication Expired", "Credentials Revoked"})
"""Reasons for which NATS ends a connection that had held until then."""
_VIOLATION: Final = re.compile(rb'"[A-Z0-9]+/(\w*)/jwt:\w+" - (?:Publish|Subscription) Violation')
"""A line of the server's log; the word is the account's name. The server tells of these nowhere else."""
_LOOK: Final = 1.0
_AGAIN: Final = 30.0

log = structlog.get_logger(__name__)


async def count(installation: Installation) -> None:
    """Count for as long as the process lives. Violations only where the server is our own: another's log is not ours to read."""
    own = installation.settings.nats_url is None
    await asyncio.gather(
        _credentials(installation),
        *([_permissions(installation.settings.data / "logs" / "nats.log")] if own else []),
    )


async def _credentials(installation: Installation) -> None:
    while True:
        try:
            system = await installation.accounts.connect(installation.nats_url, SYSTEM, "watch", name="refusals")
            break
        except Exception as failure:  # noqa: BLE001 – the work goes on uncounted: its server may not know the role yet
            log.warning("refusals_not_counted", error=where(failure))
            await asyncio.sleep(_AGAIN)
    try:
        await system.subscribe(_TURNED_AWAY, cb=_turned_away)
        await system.subscribe(_CUT_OFF, cb=_cut_off)
        await asyncio.Event().wait()
    finally:
        await system.close()


async def _turned_away(message: Msg) -> None:
    refused("credentials", _account(message))


async def _cut_off(message: Msg) -> None:
    if json.loads(message.data).get("reason") in _WHY:
        refused("credentials", _account(message))


def _account(message: Msg) -> str:
    return str(json.loads(message.data).get("client", {}).get("name_tag", ""))


async def _permissions(file: Path) -> None:
    at = file.stat().st_size if file.exists() else 0  # noqa: ASYNC240 – a local file
    while True:
        await asyncio.sleep(_LOOK)
        at = _read_on(file, at)


def _read_on(file: Path, at: int) -> int:
    """Count what the log has gained; how far it was read, which is to the end of a line."""
    try:
        with file.open("rb") as opened:
            if opened.seek(0, 2) < at:  # it was begun anew
                at = 0
            opened.seek(at)
            gained = opened.read()
    except OSError:
        return at
    whole = gained[: gained.rfind(b"\n") + 1]
    for found in _VIOLATION.finditer(whole):
        refused("permission", found[1].decode())
    return at + len(whole)
