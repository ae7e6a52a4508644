import re
from pathlib import Path

from salesmgr import embedded

DOCUMENT = embedded.BASE_DIR / "docs" / "configuration.md"
PACKAGES = (
    "kit",
    "org",
    "pipeline",
    "imports",
    "analytics",
    "forecasting",
    "process",
    "coaching",
    "hiring",
    "salesmgr",
    "workbench",
    "scripts",
)
READ = re.compile(
    r"""(?:env_(?:text|bool|int|list)\(\s*|os\.environ(?:\.get\(|\[)\s*)["']([A-Z_]+)["']"""
)
# Set by the programs for each other, not by people.
INTERNAL = {"DJANGO_SETTINGS_MODULE", "SALESMGR_TEST_SLOT", "PYTEST_XDIST_WORKER"}
# Read by Compose, make and the tests.
ELSEWHERE = ("docker-compose.yml", "Makefile", "tests/conftest.py", "tests/needs.py")


def read_by_the_product() -> set[str]:
    base = embedded.BASE_DIR
    files = [
        base / "gunicorn.conf.py",
        *(p for name in PACKAGES for p in base.glob(f"{name}/**/*.py")),
    ]
    return {name for path in files for name in READ.findall(path.read_text())} - INTERNAL


def documented() -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)` \|", DOCUMENT.read_text(), re.MULTILINE))


def test_every_variable_that_is_read_is_documented() -> None:
    assert read_by_the_product() >= {"SECRET_KEY", "DATABASE_URL", "PORT", "WEB_WORKERS"}
    assert read_by_the_product() - documented() == set()


def test_every_documented_variable_is_read_somewhere() -> None:
    elsewhere = "".join(Path(embedded.BASE_DIR / name).read_text() for name in ELSEWHERE)
    unread = documented() - read_by_the_product()

    assert {name for name in unread if name not in elsewhere} == set()


def test_every_variable_that_compose_takes_from_the_shell_is_documented() -> None:
    text = (embedded.BASE_DIR / "docker-compose.yml").read_text()

    assert set(re.findall(r"\$\{([A-Z_]+)", text)) - documented() == set()
