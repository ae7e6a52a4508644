import pytest

from tests.quick import affected


@pytest.mark.parametrize(
    ("changed", "module"),
    [
        ("tests/workbench/devstack/test_quick.py", "tests/workbench/devstack/test_quick.py"),
        ("tests/quick.py", "tests/workbench/devstack/test_quick.py"),
        ("kit/money.py", "tests/kit/test_money.py"),
        ("tests/worlds.py", "tests/workbench/devstack/test_databases.py"),
        ("templates/hiring/requisition.html", "tests/hiring/test_requisitions.py"),
    ],
)
def test_a_module_belongs_to_a_changed_file(changed: str, module: str) -> None:
    assert module in affected([changed])


def test_other_modules_do_not() -> None:
    assert "tests/kit/test_money.py" not in affected(["hiring/services/requisitions.py"])
    assert affected(["README.md", "docs/ui.md"]) == set()
