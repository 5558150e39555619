"""What journeys go through: for each module one web process with two ICSs behind it, and one browser."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from commonweal.runtime.installation import Installation
from tests.journeys import desk
from tests.journeys.browser import started
from tests.web import Web, serving


@pytest.fixture(scope="session", autouse=True)
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One folder for all processes of a run, each of which has one of its own within it."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "looked-at"
    folder.mkdir(exist_ok=True)
    desk.LOOKED_AT[:] = [folder]


@pytest.fixture(scope="module")
def web(servers: Installation) -> Iterator[Web]:
    """A web process over two new ICSs, QPM and QMF."""
    with serving(servers, "QPM", "QMF") as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, started anew for each module: what one keeps open slows nobody else."""
    with started() as found:
        yield found
