"""The look of NHS pages, fetched by a maintainer into this repository so that no page ever asks another host for it.

    python platform/commonweal/console/vendor.py     needs npm; the result is committed

Nothing at run time imports this module.
"""

import base64
import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

VENDOR: Final = Path(__file__).parent / "static" / "vendor"
AXE: Final = Path(__file__).parents[3] / "tests" / "journeys" / "axe"
IMAGE: Final = re.compile(r"url\(/assets/(images/[\w.-]+)\)")


@dataclass(frozen=True, slots=True)
class Package:
    """Where a package's files go: `files` is path in the package → path below `folder`."""

    name: str
    version: str
    folder: Path
    files: dict[str, str]


NHSUK: Final = Package(
    name="nhsuk-frontend",
    version="10.6.1",
    folder=VENDOR,
    files={
        "dist/nhsuk/nhsuk-frontend.min.css": "nhsuk/nhsuk-frontend.min.css",
        "dist/nhsuk/nhsuk-frontend.min.js": "nhsuk/nhsuk-frontend.min.js",
    },
)
AXE_CORE: Final = Package(
    name="axe-core", version="4.14.1", folder=AXE, files={"axe.min.js": "axe.min.js", "LICENSE": "LICENSE"}
)


def unpack(package: Package, into: Path) -> str:
    """Fetch a package as its registry signs it → its integrity (`sha512-…`). Raises ValueError where the bytes differ."""
    asked = ["npm", "pack", "--json", "--silent", f"{package.name}@{package.version}"]
    told = subprocess.run(asked, cwd=into, check=True, capture_output=True).stdout  # noqa: S603 – fixed words
    facts = json.loads(told)[0]
    integrity = str(facts["integrity"])
    archive = into / facts["filename"]
    if integrity != "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode():
        raise ValueError(f"{package.name} {package.version} is not what its registry says it is")
    with tarfile.open(archive) as opened:
        opened.extractall(into, filter="data")
    return integrity


def own_stylesheet(css: str) -> str:
    """Leave out Frutiger, which is licensed to NHS sites alone and sits on another host; images come from beside."""
    css = re.sub(r"@font-face\{[^}]*\}", "", css).replace("Frutiger W01,", "")
    return IMAGE.sub(r"url(\1)", css)


def without_source_map(text: str) -> str:
    return re.sub(r"(/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=.*)\s*$", "", text) + "\n"


def refresh(package: Package) -> None:
    with tempfile.TemporaryDirectory() as name:
        integrity = unpack(package, Path(name))
        source = Path(name) / "package"
        for origin, path in package.files.items():
            text = without_source_map((source / origin).read_text("utf-8"))
            target = package.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.suffix == ".css":
                copy_images(source / origin, text, target.parent)
                text = own_stylesheet(text)
            target.write_text(text, "utf-8")
    manifest = {package.name: {"version": package.version, "integrity": integrity}}
    (package.folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


def copy_images(stylesheet: Path, css: str, folder: Path) -> None:
    """Only what the stylesheet shows: the package's other images are the NHS logo, which is not ours to use."""
    for image in sorted(set(IMAGE.findall(css))):
        (folder / image).parent.mkdir(exist_ok=True)
        (folder / image).write_bytes((stylesheet.parent / "assets" / image).read_bytes())


if __name__ == "__main__":
    refresh(NHSUK)
    refresh(AXE_CORE)
