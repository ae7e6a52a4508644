"""The API of who is here and when: people, teams and fiscal periods, to read."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import FlagField, TextField, WordField
from kit.api.operations import operation
from kit.api.pages import Ordering, PageQuery, list_view
from org import access
from org.api_requests import ApiRequest
from org.enums import PeriodKind, Role
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.teams import Team, TeamMembership

PEOPLE = Ordering({"full_name": "full_name"}, default="full_name")
TEAMS = Ordering({"name": "name"}, default="name")
PERIODS = Ordering({"start_on": "start_on"}, default="start_on")


class PersonQuery(PageQuery):
    text = TextField(required=False, max_length=100, help_text="A part of the name.")
    inactive = FlagField(required=False, help_text="Those who have left instead of the others.")
    ordering = PEOPLE.field()


class PersonBody(serializers.Serializer):
    """What everybody may know of everybody: names, titles and teams, no numbers."""

    id = serializers.IntegerField(source="pk")
    full_name = serializers.CharField()
    title = serializers.CharField()
    is_active = serializers.BooleanField()
    team = serializers.SerializerMethodField(help_text="The team of today.")

    def get_team(self, person: Person) -> int | None:
        return next((stay.team_id for stay in person.memberships.all()), None)


class TeamQuery(PageQuery):
    ordering = TEAMS.field()


class TeamBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="parent_id", allow_null=True
    )


class PeriodQuery(PageQuery):
    kind = WordField(choices=list(PeriodKind), required=False)
    ordering = PERIODS.field()


class PeriodBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    kind = WordField(choices=list(PeriodKind))
    label = serializers.CharField()  # type: ignore[assignment]
    start_on = serializers.DateField()
    end_on = serializers.DateField(help_text="Not included.")
    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="parent_id", allow_null=True
    )


class MeBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    full_name = serializers.CharField()
    roles = serializers.ListField(child=WordField(choices=list(Role)), source="role_set")
    scope = serializers.SerializerMethodField(help_text="Null for a signed-in browser.")

    def get_scope(self, _person: Person) -> str | None:
        token = self.context["request"].auth
        return token.scope if token else None


class Me(APIView):
    @operation(name="me_read", summary="Read who you are here", gives=MeBody)
    def get(self, request: ApiRequest) -> Response:
        return Response(MeBody(request.user, context={"request": request}).data)


def _people(viewer: Person, query: Mapping[str, Any]) -> QuerySet:
    rows = Person.objects.visible_to(viewer).filter(is_active=not query.get("inactive", False))
    if text := query.get("text"):
        rows = rows.filter(full_name__icontains=text)
    return rows.prefetch_related(Prefetch("memberships", TeamMembership.objects.on(access.today())))


def _teams(viewer: Person, _: Mapping[str, Any]) -> QuerySet:
    return Team.objects.live().filter(pk__in=Team.objects.visible_to(viewer))


def _periods(_: Person, query: Mapping[str, Any]) -> QuerySet:
    rows = FiscalPeriod.objects.all()
    return rows.of_kind(query["kind"]) if "kind" in query else rows


People = list_view(
    name="people_list", summary="List the people",
    query=PersonQuery, body=PersonBody, rows=_people, ordering=PEOPLE,
)  # fmt: skip
Teams = list_view(
    name="teams_list", summary="List the teams whose numbers you may see",
    query=TeamQuery, body=TeamBody, rows=_teams, ordering=TEAMS,
)  # fmt: skip
Periods = list_view(
    name="periods_list", summary="List the fiscal years, quarters and months",
    query=PeriodQuery, body=PeriodBody, rows=_periods, ordering=PERIODS,
)  # fmt: skip
