"""The house stays as it was laid: who looks for something finds it where its name says."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from projections import READ_MODELS

ROOT: Final = Path(__file__).parents[1]
TOP: Final = frozenset(
    {
        "README.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "pyproject.toml",
        "requirements.lock",
        "go",
        "platform",
        "tenants",
        "projections",
        "infra",
        "tests",
    }
)
PACKAGES: Final = ("domain", "kernel", "intake", "integrations", "console", "runtime")
"""Of `commonweal`, from the inside out."""
SAYS_NOTHING: Final = frozenset({"manager", "service", "handler", "helper", "util", "common", "base", "core", "misc"})
THE_FIELDS: Final = re.compile("community_service|service_directory|simulate/services")
"""Terms of the field, in which such a word says something."""
SQL: Final = re.compile(
    r"\s*(select|insert into|update|delete from|create table|alter table|with \w+ as)\s", re.IGNORECASE
)


def tracked() -> list[str]:
    """Every file that belongs to the project, committed or about to be; what is ignored does not."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no checkout")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def modules(*folders: str) -> Iterator[Path]:
    for name in tracked():
        if name.endswith(".py") and name.startswith(folders or ("platform/", "tenants/", "projections/", "tests/")):
            yield ROOT / name


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_top_level_is_what_the_readme_says() -> None:
    top = {name.partition("/")[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} == TOP


def test_platform_is_a_source_root_and_never_a_package() -> None:
    """The standard library owns the name; pytest would import tests/platform as it."""
    names = tracked()
    assert "platform/__init__.py" not in names
    assert not any(name.startswith("tests/platform/") for name in names)
    assert {name.split("/")[1] for name in names if name.startswith("platform/")} == {"commonweal"}
    inside = {name.split("/")[2] for name in names if name.startswith("platform/commonweal/")}
    assert inside == {*PACKAGES, "__init__.py"}


def test_tests_are_no_package() -> None:
    assert [name for name in tracked() if name.startswith("tests/") and name.endswith("__init__.py")] == []


def test_infra_holds_no_python() -> None:
    assert [name for name in tracked() if name.startswith("infra/") and name.endswith(".py")] == []


def test_every_module_begins_with_a_sentence() -> None:
    for path in modules():
        code = ast.parse(path.read_text(encoding="utf-8"))
        said = ast.get_docstring(code)
        if not code.body:
            continue  # an empty one has nothing to say
        assert said, f"{short(path)} does not say what it is"
        first = " ".join(said.split("\n\n")[0].split())
        assert re.fullmatch(r"[A-Z0-9`.].*[.?:`]", first), f"{short(path)} begins with no sentence: {first}"


def test_no_name_says_nothing() -> None:
    for name in tracked():
        if name.endswith((".py", ".sql")):
            words = set(re.split(r"[/._]", THE_FIELDS.sub("", name.removeprefix("platform/").lower())))
            empty = {word for word in words if word in SAYS_NOTHING or word.removesuffix("s") in SAYS_NOTHING}
            assert not empty, f"{name}: {', '.join(empty)} could hold anything"


def test_the_lock_pins_hashes_and_names_no_index() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if "://" in line or line.startswith(("--index", "--extra-index", "--find"))]
    pinned = [line for line in lines if re.match(r"[a-z0-9]", line)]
    assert pinned
    assert all("==" in line for line in pinned)
    assert sum("--hash=sha256:" in line for line in lines) >= len(pinned)


def test_there_is_no_other_lock_file() -> None:
    """They record the addresses things were downloaded from."""
    others = ("uv.lock", "poetry.lock", "Pipfile.lock", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "pdm.lock")
    assert [name for name in tracked() if name.rpartition("/")[2] in others] == []


def test_the_kernel_makes_spans_and_numbers_and_the_runtime_decides_where_they_go() -> None:
    for path in modules("platform/commonweal/kernel/"):
        assert not re.search(r"opentelemetry\.(sdk|exporter)", path.read_text(encoding="utf-8")), short(path)


def test_only_the_planner_composes_sql_from_pieces() -> None:
    """A statement is a `.sql` file or one literal: what a variable is put into is found by eye in one place."""
    for path in modules("platform/", "tenants/", "projections/"):
        if path.name == "sql_graph.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and _is_sql(node):
                pieces = [piece.value for piece in node.values if isinstance(piece, ast.FormattedValue)]
                constant = all(isinstance(piece, ast.Name) and piece.id.isupper() for piece in pieces)
                assert constant, f"{short(path)}:{node.lineno} puts a value into a statement"


def _is_sql(node: ast.JoinedStr) -> bool:
    first = node.values[0] if node.values else None
    return isinstance(first, ast.Constant) and bool(SQL.match(str(first.value)))


def test_every_room_has_its_parts() -> None:
    rooms = {name.split("/")[1] for name in tracked() if re.fullmatch("projections/[a-z_]+/table.sql", name)}
    assert rooms == {model.name for model in READ_MODELS}, "a room is a folder with its tables, and a line"
    for model in READ_MODELS:
        there = {path.name for path in model.folder.iterdir()}
        missing = {"__init__.py", "table.sql", "projector.py", "graphql.py"} - there
        assert not missing, f"projections/{model.name} has no {', '.join(sorted(missing))}"
        assert ("page.html" in there) <= ("page.graphql" in there), f"projections/{model.name}: a page asks something"
        assert (ROOT / "tests" / "projections" / f"test_{model.name}.py").exists(), f"{model.name} has no test"


def test_a_rooms_tables_carry_its_name_and_version() -> None:
    for model in READ_MODELS:
        tables = re.findall(r"create table (\w+)", model.ddl)
        assert tables
        assert all(table.startswith(model.table("")) for table in tables)
        for statement in model.folder.glob("*.sql"):
            other = re.findall(rf"\b{model.name}_v(\d+)_", statement.read_text(encoding="utf-8"))
            assert {int(version) for version in other} == {model.version}, short(statement)


def test_every_decision_record_is_short_and_numbered() -> None:
    numbers = []
    for name in tracked():
        if name.startswith("infra/decisions/"):
            number = re.match(r"infra/decisions/(\d{4})-[a-z0-9-]+\.md$", name)
            assert number, f"{name}: NNNN-a-sentence.md"
            numbers.append(int(number[1]))
            lines = (ROOT / name).read_text(encoding="utf-8").count("\n")
            assert lines <= 40, f"{name} has {lines} lines"
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
