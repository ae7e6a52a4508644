"""House rules that a machine can hold."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
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
)
MODULES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]
MIGRATIONS = [
    path for package in PACKAGES for path in sorted((ROOT / package).glob("migrations/0*.py"))
]
# What a migration can only name: expressions in a constraint, a default that is a function, and
# the operations that load SQL files and create tables.
NAMED_BY_MIGRATIONS = {"kit.fields", "kit.operations", "org.models.calendar"}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted(
    (ROOT / "kit" / "templates").rglob("*.html")
)
# Read through their parent, or by the system alone.
NO_ROWS_OF_ITS_OWN = {
    "org.TeamPlacement",
    "org.TerritoryPlacement",
    "org.Organisation",
    "org.Holiday",
    "org.FiscalPeriod",
    "org.ExchangeRate",
    "org.RoleGrant",
    "org.ReportingLine",
    "org.ReportingClosure",
    "org.TeamMembership",
    "org.PersonTerritory",
    "pipeline.AccountTerritory",
    "pipeline.CreditShare",
    "pipeline.DealLine",
    "pipeline.StagePeople",
    "analytics.RecomputeChunk",
    "analytics.SignalRule",
    "process.LeaverRule",
    "analytics.StageNorm",
    "analytics.LearntLimit",
    "pipeline.PastWrite",
    "imports.ImportChunk",
    "imports.ImportStagedRow",
    "imports.ImportRow",
    "imports.ImportRefusal",
    "imports.ImportCreation",
    "imports.ImportKept",
    "forecasting.ForecastRun",
    "forecasting.OriginWorkings",
    "forecasting.DealWorkings",
    "forecasting.OutcomeWorkings",
    "hiring.StageStay",
}
# Where a request, a message or a command comes in; access is judged as of today by itself.
EDGES = {
    "access",
    "api",
    "api_requests",
    "backends",
    "benchmarks",
    "demo",
    "http",
    "devstack",
    "management",
    "tasks",
    "views",
}
CLOCKS = {
    "django.utils.timezone.now",
    "django.utils.timezone.localdate",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
}
VAGUE_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py", "base.py"}


def own_models():
    return [
        model
        for package in PACKAGES
        if apps.is_installed(package)
        for model in apps.get_app_config(package).get_models()
        if not model._meta.auto_created
    ]


def clock_readings(text):
    """How a module asks for the time, under whatever name it imports a clock."""
    tree = ast.parse(text)
    names = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    names |= {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    asked = [name for name in names.values() if name in CLOCKS]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            base, _, rest = ast.unparse(node).partition(".")
            asked += [name for name in [f"{names.get(base)}.{rest}"] if name in CLOCKS]
    return asked


def own_imports(text):
    """What a module imports of the application."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return {name for name in found if name.startswith(".") or name.split(".")[0] in PACKAGES}


def test_every_model_says_who_sees_its_rows():
    without = {
        model._meta.label
        for model in own_models()
        if not hasattr(model._default_manager.all(), "visible_to")
    }

    assert without - NO_ROWS_OF_ITS_OWN == set()


def offenders(paths, is_wrong):
    """The files of which something is true that may be true of none, as a person names them."""
    assert paths
    return [str(path.relative_to(ROOT)) for path in paths if is_wrong(path)]


def test_a_module_has_one_subject():
    vague = offenders(MODULES, lambda path: path.name in VAGUE_NAMES)
    long = offenders(MODULES, lambda path: len(path.read_text().splitlines()) > 400)

    assert vague == []
    assert long == [], "split it by subject"


def test_a_module_says_what_it_is_for():
    def says_nothing(path):
        tree = ast.parse(path.read_text())
        return tree.body and not ast.get_docstring(tree)

    silent = offenders(MODULES, says_nothing)

    assert [path for path in silent if Path(path).name not in {"__init__.py", "apps.py"}] == []


def test_a_name_of_a_class_is_used_once():
    found = defaultdict(list)
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and path.parent.name != "commands":
                found[node.name].append(str(path.relative_to(ROOT)))

    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def test_the_time_is_asked_for_at_the_edge_alone():
    def asks_within(path):
        kinds = {part.removesuffix(".py") for part in path.relative_to(ROOT).parts[1:]}
        return not kinds & EDGES and clock_readings(path.read_text())

    assert offenders(MODULES, asks_within) == [], "take the time as an argument"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("from django.utils import timezone as t\nt.now()", ["django.utils.timezone.now"]),
        ("from django.utils.timezone import now as clock", ["django.utils.timezone.now"]),
        ("import datetime as d\nf(key=d.date.today)", ["datetime.date.today"]),
        ("from datetime import datetime\ndatetime.now(UTC)", ["datetime.datetime.now"]),
        ("def f(visit): return visit.now, access.today(), timezone.localtime(visit.at)", []),
    ],
)
def test_a_reading_of_the_clock_is_found_under_any_name(text, asked):
    assert clock_readings(text) == asked


def test_a_migration_means_the_same_whatever_becomes_of_the_application():
    importing = offenders(
        MIGRATIONS, lambda path: own_imports(path.read_text()) - NAMED_BY_MIGRATIONS
    )

    assert importing == [], "write the values out"


@pytest.mark.parametrize("folder", sorted({path.parent for path in MIGRATIONS}), ids=str)
def test_migrations_are_numbered_without_gaps_and_named_for_what_they_do(folder):
    names = sorted(path.stem for path in folder.glob("0*.py"))

    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert not [name for name in names if "auto" in name or name.endswith("initial")]


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("import pipeline.enums", {"pipeline.enums"}),
        ("from pipeline.enums import Status", {"pipeline.enums"}),
        ("def f():\n    from . import other", {"."}),
        ("import datetime\nfrom django.db import models\nimport pipelines", set()),
    ],
)
def test_an_import_of_the_application_is_found(text, imports):
    assert own_imports(text) == imports


def faults_of_template(text):
    """What a template may not have in it, in words."""
    plain = re.sub(r"{#.*?#}", "", text, flags=re.S)
    return {
        "runs something inline": re.search(
            r"\sstyle=|<script(?![^>]*\bsrc=)(?![^>]*application/json)|\son[a-z]+=", plain
        ),
        "marks as safe": "|safe" in plain,
        "too pale to read: kit-alert has the tones": "alert-warning" in plain,
        "a part of it wants a name of its own": len(plain.splitlines()) > 200,
    }


def test_a_template_runs_nothing_inline_and_is_short():
    found = [
        f"{path.relative_to(ROOT)}: {fault}"
        for path in TEMPLATES
        for fault, there in faults_of_template(path.read_text()).items()
        if there
    ]

    assert TEMPLATES
    assert found == []


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("<p>{# style=x #}</p><script src=x></script>", 0),
        ('<p style="color: red">', 1),
        ("<script>1</script>", 1),
        ("<p onclick=x>{{ x|safe }}", 2),
        ("<p class=alert-warning>" + 200 * "\n", 1),
        (201 * "<p>\n", 1),
    ],
)
def test_a_fault_of_a_template_is_found(text, faults):
    assert sum(map(bool, faults_of_template(text).values())) == faults


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
