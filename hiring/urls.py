"""Routes of hiring."""

from django.urls import path

from hiring.views import candidates, requisitions, stages

app_name = "hiring"
urlpatterns = [
    path("hiring/", requisitions.requisitions, name="requisitions"),
    path("hiring/new/", requisitions.requisition_new, name="requisition-new"),
    path("hiring/<int:pk>/", requisitions.requisition, name="requisition"),
    path("hiring/<int:pk>/edit/", requisitions.requisition_edit, name="requisition-edit"),
    path("hiring/<int:pk>/state/", requisitions.requisition_state, name="requisition-state"),
    path("hiring/<int:pk>/take-over/", requisitions.take_over, name="take-over"),
    path("hiring/<int:pk>/hiring-manager/", requisitions.hiring_manager, name="hiring-manager"),
    path("hiring/<int:pk>/interviewers/", requisitions.interviewers, name="interviewers"),
    path("hiring/<int:pk>/candidates/new/", candidates.candidate_new, name="candidate-new"),
    path("hiring/candidates/<int:pk>/", candidates.candidate, name="candidate"),
    path("hiring/candidates/<int:pk>/edit/", candidates.candidate_edit, name="candidate-edit"),
    path(
        "hiring/candidates/<int:pk>/archive/",
        candidates.candidate_archive,
        name="candidate-archive",
    ),
    path("hiring/candidates/<int:pk>/erase/", candidates.candidate_erase, name="candidate-erase"),
    path("hiring/applications/<int:pk>/move/", candidates.move, name="move"),
    path("hiring/stages/", stages.stages, name="stages"),
    path("hiring/stages/new/", stages.stage_new, name="stage-new"),
    path("hiring/stages/<int:pk>/", stages.stage, name="stage"),
    path("hiring/stages/<int:pk>/archive/", stages.stage_archive, name="stage-archive"),
]
