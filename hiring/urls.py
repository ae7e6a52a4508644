"""Routes of hiring."""

from django.urls import path

from hiring import views

app_name = "hiring"
urlpatterns = [
    path("hiring/", views.requisitions, name="requisitions"),
    path("hiring/new/", views.requisition_new, name="requisition-new"),
    path("hiring/<int:pk>/", views.requisition, name="requisition"),
    path("hiring/<int:pk>/edit/", views.requisition_edit, name="requisition-edit"),
    path("hiring/<int:pk>/state/", views.requisition_state, name="requisition-state"),
    path("hiring/<int:pk>/take-over/", views.take_over, name="take-over"),
    path("hiring/<int:pk>/hiring-manager/", views.hiring_manager, name="hiring-manager"),
    path("hiring/<int:pk>/interviewers/", views.interviewers, name="interviewers"),
    path("hiring/<int:pk>/candidates/new/", views.candidate_new, name="candidate-new"),
    path("hiring/candidates/<int:pk>/", views.candidate, name="candidate"),
    path("hiring/candidates/<int:pk>/edit/", views.candidate_edit, name="candidate-edit"),
    path(
        "hiring/candidates/<int:pk>/archive/",
        views.candidate_archive,
        name="candidate-archive",
    ),
    path("hiring/candidates/<int:pk>/erase/", views.candidate_erase, name="candidate-erase"),
    path("hiring/applications/<int:pk>/move/", views.move, name="move"),
    path("hiring/stages/", views.stages, name="stages"),
    path("hiring/stages/new/", views.stage_new, name="stage-new"),
    path("hiring/stages/<int:pk>/", views.stage, name="stage"),
    path("hiring/stages/<int:pk>/archive/", views.stage_archive, name="stage-archive"),
]
