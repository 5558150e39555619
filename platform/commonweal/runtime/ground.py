"""The ground ICSs are onboarded on: this installation's servers with an administrator's rights, open for a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from psycopg import AsyncConnection

import tenants
from commonweal.runtime import development_issuer, secrets
from commonweal.runtime.access import user_id
from commonweal.runtime.installation import Installation
from commonweal.runtime.open_store import open_store, password, servers, tenant_key_path
from projections import READ_MODELS
from tenants.ics import ICS
from tenants.onboard import Ground

EXAMPLES: Final = Path(tenants.__file__).parent / "examples"


@asynccontextmanager
async def ground(installation: Installation) -> AsyncIterator[Ground]:
    """Connected, and closed again at the end of the block."""
    store = open_store(installation, "onboarding")
    issuer = installation.settings.oidc_issuer or development_issuer.NAME

    def key_path(ics: ICS) -> Path:
        return tenant_key_path(installation.settings, ics.ods, ics.key_file)

    def keep_key(ics: ICS) -> bool:
        path = key_path(ics)
        if path.exists():  # one that may be read but not written beside is as good
            return False
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            secrets.write_private(path, secrets.new_key(), replace=False)
            return True
        return False

    try:
        async with (
            await AsyncConnection.connect(installation.database_url, autocommit=True) as admin,
            await AsyncConnection.connect(installation.vault_url, autocommit=True) as vault_admin,
        ):
            yield Ground(
                admin=admin,
                vault_admin=vault_admin,
                accounts=installation.accounts,
                nats_url=installation.nats_url,
                store=store,
                databases=frozenset(servers(installation)),
                password=lambda login: password(installation, login),
                has_key=lambda ics: key_path(ics).exists(),
                keep_key=keep_key,
                user_id=lambda subject: user_id(issuer, subject),
                read_models=READ_MODELS,
            )
    finally:
        await store.close()
