"""Routes of org."""

from django.urls import path

from org.views import audit, calendar, people, teams, territories

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
    path("setup/teams/", teams.teams, name="teams"),
    path("setup/teams/new/", teams.new_team, name="team-new"),
    path("setup/teams/<int:pk>/", teams.team, name="team"),
    path("setup/teams/<int:pk>/edit/", teams.edit_team, name="team-edit"),
    path("setup/teams/<int:pk>/members/", teams.add_members, name="team-members"),
    path("setup/teams/<int:pk>/archive/", teams.archive_team, name="team-archive"),
    path("setup/teams/<int:pk>/restore/", teams.restore_team, name="team-restore"),
    path("setup/territories/", territories.territories, name="territories"),
    path("setup/territories/new/", territories.new_territory, name="territory-new"),
    path("setup/territories/<int:pk>/", territories.territory, name="territory"),
    path("setup/territories/<int:pk>/edit/", territories.edit_territory, name="territory-edit"),
    path("setup/territories/<int:pk>/people/", territories.add_people, name="territory-people"),
    path(
        "setup/territories/<int:pk>/people/<int:row>/end/",
        territories.end_assignment,
        name="territory-end",
    ),
    path(
        "setup/territories/<int:pk>/archive/",
        territories.archive_territory,
        name="territory-archive",
    ),
    path(
        "setup/territories/<int:pk>/restore/",
        territories.restore_territory,
        name="territory-restore",
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
    path("setup/audit/", audit.audit, name="audit"),
    path("setup/audit/download/", audit.audit_file, name="audit-file"),
]
