"""What some tests need of the machine, and where it is found."""

import os
import shutil
from pathlib import Path

_BASE_DIR = Path(__file__).resolve().parent.parent
# The headless shell first: it draws the same and takes half the time.
_BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def chromium_path() -> str | None:
    """Return the browser to drive: the one named by CHROMIUM, or the first one installed."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def maven_folder() -> Path:
    """Return the folder of the Maven CRM files: MAVEN_DATA, or the one beside the repository."""
    return Path(os.environ.get("MAVEN_DATA") or _BASE_DIR.parent / "shared/data/maven_crm")
