"""An installation of a test's own, which the commands find as they find one that runs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from commonweal.domain.message import Refused
from commonweal.runtime.cli import commonweal
from commonweal.runtime.installation import Installation, tell
from commonweal.runtime.settings import environment
from tests.conftest import new_servers


@dataclass(frozen=True)
class Scene:
    """Servers of one's own, and the command line on them."""

    installation: Installation

    def run(self, *words: object, answer: str | None = None) -> Result:
        """`commonweal WORDS`; an unexpected error is raised, a refusal is `result.exception`."""
        environ = environment(self.installation.settings)
        result = CliRunner().invoke(commonweal, [str(word) for word in words], input=answer, env=environ)
        if result.exception is not None and not isinstance(result.exception, SystemExit | Refused):
            raise result.exception
        return result

    def ask(self, *words: object) -> Any:
        """What a command that succeeds says with --json."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, (result.output, result.exception)
        return json.loads(result.stdout)

    def refusal(self, *words: object) -> str:
        """The sentence with which a command ends."""
        result = self.run(*words)
        assert result.exit_code == 1
        assert isinstance(result.exception, Refused)
        return str(result.exception)


@contextmanager
def scene(*files: Path) -> Iterator[Scene]:
    """Started now, gone at the end of the block: the ICSs of these files are onboarded, and nothing relays or fills rooms."""
    with new_servers() as installation:
        tell(installation)
        made = Scene(installation)
        for file in files:
            made.ask("tenants", "onboard", file)
        yield made
