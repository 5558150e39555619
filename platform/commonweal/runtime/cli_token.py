"""`commonweal token`: a bearer token for an invented user, to try things with."""

import json
import os
from datetime import UTC, datetime, timedelta

import click

from commonweal.domain import user
from commonweal.domain.message import Refused
from commonweal.kernel.append import About
from commonweal.kernel.handle import handle
from commonweal.runtime import development_issuer
from commonweal.runtime.access import user_id
from commonweal.runtime.at_hand import carry_out, one
from commonweal.runtime.development_issuer import DevelopmentIssuer
from commonweal.runtime.ground import ground
from commonweal.runtime.installation import installation
from commonweal.runtime.settings import Settings, load
from tenants.store import Tenant


@click.command()
@click.option("--tenant", required=True, help="The ICS, by its ODS code.")
@click.option("--role", required=True, help="What the user is to the ICS, such as link_worker.")
@click.option("--subject", required=True, help="An invented name for the user, such as demo-amber.")
@click.option(
    "--scope", help="tenant, or kind:id such as pcn:U35821. Without it, what they have in that role, else tenant."
)
@click.option("--hours", type=click.IntRange(1, 24), default=8, show_default=True, help="How long the token holds.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def token(tenant: str, role: str, subject: str, scope: str | None, hours: int, *, as_json: bool) -> None:
    """Print a bearer token for an invented user, who is granted the role where they have it not. Development only."""
    until = datetime.now(UTC) + timedelta(hours=hours)
    wanted = _make(load(os.environ), tenant.upper(), role, subject, scope, timedelta(hours=hours))
    printed, scopes = carry_out(wanted)
    if not as_json:
        click.echo(printed)
        return
    about = {"tenant": tenant.upper(), "role": role, "scopes": scopes, "subject": subject}
    click.echo(json.dumps({"token": printed, **about, "expires_at": until.isoformat(timespec="seconds")}))


async def grant(tenant: Tenant, issuer: str, subject: str, role: str, scope: str | None = None) -> frozenset[str]:
    """See to it that a user has a role; over what they have it then. Raises Refused for a role or scope there is not.

    Without a scope, whoever has the role over anything is granted no more.
    """
    identity = user_id(issuer, subject)
    before: user.State = (await tenant.streams.committed(user.CATEGORY, identity)).state
    if scope is not None or not any(held == role for held, _ in before.grants):
        about = About(occurred_at=datetime.now(UTC), actor="operator", channel="cli")
        await handle(tenant.streams, identity, user.GrantUser(role=role, scope=scope or "tenant"), about)
    after: user.State = (await tenant.streams.committed(user.CATEGORY, identity)).state
    return frozenset(over for held, over in after.grants if held == role)


async def _make(
    settings: Settings, tenant: str, role: str, subject: str, scope: str | None, lifetime: timedelta
) -> tuple[str, list[str]]:
    if settings.oidc_issuer is not None:
        raise Refused(f"tokens for this installation come from {settings.oidc_issuer}, not from here")
    async with installation(settings) as found, ground(found) as opened:
        granted = await grant(await one(opened, tenant), development_issuer.NAME, subject, role, scope)
        return DevelopmentIssuer(settings, found.platform_key).issue(subject, tenant, lifetime), sorted(granted)
