import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def test_vendored_files_are_those_recorded() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/vendor.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout + done.stderr == ""
    assert done.returncode == 0


def test_vendored_files_name_no_source_maps() -> None:
    files = [
        path for path in (ROOT / "static" / "vendor").rglob("*") if path.suffix in {".js", ".css"}
    ]

    assert len(files) == 6
    for path in files:
        assert b"sourceMappingURL" not in path.read_bytes(), path
