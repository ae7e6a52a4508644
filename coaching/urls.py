"""Routes of coaching."""

from django.urls import path

from coaching import views

app_name = "coaching"
urlpatterns = [
    path("one-on-ones/", views.one_on_ones, name="one-on-ones"),
    path("one-on-ones/<int:pk>/", views.one_on_one, name="one-on-one"),
    path("one-on-ones/<int:pk>/end/", views.end, name="end"),
    path("one-on-ones/<int:pk>/sessions/new/", views.plan, name="plan"),
    path("one-on-ones/sessions/<int:pk>/", views.session, name="session"),
    path("one-on-ones/sessions/<int:pk>/move/", views.move, name="move"),
    path("one-on-ones/sessions/<int:pk>/state/", views.state, name="state"),
    path("one-on-ones/sessions/<int:pk>/notes/new/", views.note_new, name="note-new"),
    path("one-on-ones/sessions/<int:pk>/private/", views.private_note, name="private-note"),
    path("one-on-ones/sessions/<int:pk>/items/new/", views.item_new, name="item-new"),
    path("one-on-ones/notes/<int:pk>/edit/", views.note_edit, name="note-edit"),
    path("one-on-ones/notes/<int:pk>/archive/", views.note_archive, name="note-archive"),
    path("one-on-ones/items/<int:pk>/state/", views.item_state, name="item-state"),
]
