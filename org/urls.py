"""Routes of org."""

from django.urls import URLPattern, path

from org.views import audit, calendar, people, quotas, trees


def tree_paths(room: trees.Room) -> list[URLPattern]:
    base, given = f"setup/{room.listed}/", {"room": room}
    return [
        path(base, trees.index, given, name=room.listed),
        path(f"{base}new/", trees.new, given, name=f"{room.word}-new"),
        path(f"{base}<int:pk>/", trees.node, given, name=room.word),
        path(f"{base}<int:pk>/edit/", trees.edit, given, name=f"{room.word}-edit"),
        path(f"{base}<int:pk>/archive/", trees.archive, given, name=f"{room.word}-archive"),
        path(f"{base}<int:pk>/restore/", trees.restore, given, name=f"{room.word}-restore"),
    ]


app_name = "org"
urlpatterns = [
    path("setup/people/", people.people, name="people"),
    path("setup/people/new/", people.new_person, name="person-new"),
    path("setup/people/download/", people.people_file, name="people-file"),
    path("setup/people/<int:pk>/", people.person, name="person"),
    path("setup/people/<int:pk>/edit/", people.edit, name="person-edit"),
    path("setup/people/<int:pk>/roles/", people.roles, name="person-roles"),
    path("setup/people/<int:pk>/line/", people.line, name="person-line"),
    path("setup/people/<int:pk>/team/", people.team, name="person-team"),
    path("setup/people/<int:pk>/leave/", people.leave, name="person-leave"),
    path("setup/people/<int:pk>/come-back/", people.come_back, name="person-come-back"),
    path("setup/people/<int:pk>/sign-out/", people.sign_out, name="person-sign-out"),
    path("setup/people/<int:pk>/password-link/", people.password_link, name="person-password-link"),
    *tree_paths(trees.TEAMS),
    path("setup/teams/<int:pk>/members/", trees.add_members, name="team-members"),
    *tree_paths(trees.TERRITORIES),
    path("setup/territories/<int:pk>/people/", trees.add_people, name="territory-people"),
    path(
        "setup/territories/<int:pk>/people/<int:row>/end/",
        trees.end_assignment,
        name="territory-end",
    ),
    path("setup/organisation/", calendar.organisation, name="organisation"),
    path("setup/calendar/", calendar.calendar, name="calendar"),
    path("setup/calendar/years/", calendar.add_year, name="year-add"),
    path("setup/calendar/days-off/", calendar.add_holiday, name="holiday-add"),
    path(
        "setup/calendar/days-off/<int:pk>/remove/", calendar.remove_holiday, name="holiday-remove"
    ),
    path("setup/calendar/rates/", calendar.set_rate, name="rate-set"),
    path("setup/calendar/rates/<int:pk>/remove/", calendar.remove_rate, name="rate-remove"),
    path("setup/quotas/", quotas.quotas, name="quotas"),
    path("setup/quotas/<str:kind>/<int:pk>/", quotas.quota_history, name="quota-history"),
    path("setup/audit/", audit.audit, name="audit"),
    path("setup/audit/download/", audit.audit_file, name="audit-file"),
]
