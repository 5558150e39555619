"""Public: somebody who has not signed in, and sees of an ICS what everybody may."""

from commonweal.runtime import permissions
from commonweal.runtime.access import Principal
from commonweal.runtime.asking import make_asker
from commonweal.runtime.schema import Asker
from tenants.store import Tenant


def anybody(tenant: Tenant) -> Asker:
    """Whoever comes by. Nobody can sign in as this or be granted it, and there is no command that it may give."""
    grants = frozenset({(permissions.PUBLIC, "tenant")})
    return make_asker(Principal(permissions.PUBLIC, "", tenant.ods, grants), tenant, "public")
