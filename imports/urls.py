"""Routes of imports."""

from django.urls import URLPattern, URLResolver, path

from imports.views import memory, runs

app_name = "imports"
urlpatterns: list[URLPattern | URLResolver] = [
    path("setup/imports/", runs.imports, name="imports"),
    path("setup/imports/new/", runs.import_new, name="import-new"),
    path("setup/imports/remembered/", memory.remembered, name="imports-remembered"),
    path(
        "setup/imports/remembered/answers/<int:pk>/forget/",
        memory.forget_answer,
        name="import-answer-forget",
    ),
    path(
        "setup/imports/remembered/columns/<int:pk>/forget/",
        memory.forget_mapping,
        name="import-mapping-forget",
    ),
    path("setup/imports/<int:pk>/", runs.import_run, name="import"),
    path("setup/imports/<int:pk>/progress/", runs.import_progress_part, name="import-progress"),
    path("setup/imports/<int:pk>/columns/", runs.import_columns, name="import-columns"),
    path("setup/imports/<int:pk>/layout/", runs.import_layout, name="import-layout"),
    path("setup/imports/<int:pk>/answers/", runs.import_answers, name="import-answers"),
    path("setup/imports/<int:pk>/start/", runs.import_start, name="import-start"),
    path("setup/imports/<int:pk>/undo/", runs.import_undo, name="import-undo"),
    path("setup/imports/<int:pk>/discard/", runs.import_discard, name="import-discard"),
    path("setup/imports/<int:pk>/rows/", runs.import_rows, name="import-rows"),
    path("setup/imports/<int:pk>/refused.csv", runs.import_refused, name="import-refused"),
]
