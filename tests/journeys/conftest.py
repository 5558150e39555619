"""Journeys go through the web process: one for each module, with two ICSs behind it."""

from collections.abc import Iterator

import pytest

from commonweal.runtime.installation import Installation
from tests.web import Web, serving


@pytest.fixture(scope="module")
def web(servers: Installation) -> Iterator[Web]:
    """A web process over two new ICSs, QPM and QMF."""
    with serving(servers, "QPM", "QMF") as made:
        yield made
