"""`./go` in a new clone: it says what it waits for before it waits."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

GO: Final = Path(__file__).parents[2] / "go"
UV: Final = """#!/bin/sh
echo "uv $*" >&2
mkdir -p "$PWD/.venv/bin"
printf '#!/bin/sh\\necho here\\n' >"$PWD/.venv/bin/commonweal"
chmod +x "$PWD/.venv/bin/commonweal"
"""
"""Stands in for uv: it tells what it was asked for, and installs a command that says `here`."""


def test_what_takes_long_is_said_before_it_begins_and_once(tmp_path: Path) -> None:
    shutil.copy(GO, tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").write_text(UV)
    (tmp_path / "bin" / "uv").chmod(0o755)

    def went() -> subprocess.CompletedProcess[str]:
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        command = [str(tmp_path / "go"), "commonweal"]
        return subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=True, timeout=60)

    first = went()
    assert first.stdout == "here\n"
    said = first.stderr.splitlines()
    assert "about 600 MB" in said[0]
    assert said[1].startswith("uv ")
    assert said[-1] == "installed"
    assert went().stderr == ""
