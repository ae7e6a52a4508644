"""Fetch the browser libraries named in static/vendor/vendor.toml, or check the copies here.

Needs `npm` for fetching only; nothing of it is needed to install or run the application.
A new version is taken by changing version, folder and integrity there (`npm view NAME@VERSION
dist.integrity` prints the last) and running this script, which prints the new file hashes.
"""

import argparse
import base64
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
SPRITE = ROOT / "static" / "img" / "icons.svg"
# A reference to a map that is not there stops ManifestStaticFilesStorage.
SOURCE_MAP = re.compile(rb"^(//# sourceMappingURL=.*|/\*# sourceMappingURL=.*\*/)\n?", re.M)
SVG_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.S)
BACKDROP = re.compile(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none" />')


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, without the network")
    options = parser.parse_args()
    manifest = tomllib.loads((VENDOR / "vendor.toml").read_text())
    if not options.check:
        for package in manifest["package"]:
            fetch(package)
    return report(differences(manifest))


def fetch(package: dict[str, Any]) -> None:
    """Download one package, verify it, and write its files; a wrong hash raises ValueError."""
    with tempfile.TemporaryDirectory() as folder:
        spec = f"{package['name']}@{package['version']}"
        command = ["npm", "pack", "--silent", "--pack-destination", folder, spec]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 -- fixed words
        archive = next(Path(folder).glob("*.tgz"))
        digest = hashlib.sha512(archive.read_bytes()).digest()
        if f"sha512-{base64.b64encode(digest).decode()}" != package["integrity"]:
            raise ValueError(f"{spec} is not the package whose hash is in vendor.toml")
        with tarfile.open(archive) as contents:
            for name in package["files"]:
                target = VENDOR / package["folder"] / Path(name).name
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(SOURCE_MAP.sub(b"", member(contents, name)))
            if "icons" in package:
                SPRITE.write_text(sprite(contents, package["icons"]))


def member(contents: tarfile.TarFile, name: str) -> bytes:
    handle = contents.extractfile(f"package/{name}")
    if handle is None:
        raise ValueError(f"{name} is not a file of the package")
    return handle.read()


def sprite(contents: tarfile.TarFile, names: list[str]) -> str:
    """Return one SVG file with a symbol for each named outline icon."""
    symbols = []
    for name in sorted(names):
        body = SVG_BODY.search(member(contents, f"icons/outline/{name}.svg").decode())
        if body is None:
            raise ValueError(f"the icon {name} has no drawing")
        lines = " ".join(BACKDROP.sub("", body[1]).split())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{lines}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def differences(manifest: dict[str, Any]) -> dict[str, str]:
    """Return the hash found (or "missing") of every file that is not as recorded."""
    paths = [
        VENDOR / package["folder"] / Path(name).name
        for package in manifest["package"]
        for name in package["files"]
    ]
    found = {}
    for path in [*paths, SPRITE]:
        digest = hashlib.sha384(path.read_bytes()).hexdigest() if path.exists() else "missing"
        if manifest["sha384"].get(str(path.relative_to(ROOT / "static"))) != digest:
            found[str(path.relative_to(ROOT / "static"))] = digest
    return found


def report(found: dict[str, str]) -> int:
    for name, digest in found.items():
        sys.stdout.write(f'"{name}" = "{digest}"\n')
    if found:
        sys.stderr.write("These files differ from static/vendor/vendor.toml.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
