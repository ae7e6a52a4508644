import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from org.models.teams import Team
from org.services.guard import refused_as
from tests.factories.org import TeamFactory

pytestmark = pytest.mark.django_db


def test_a_named_refusal_is_told_on_its_field_and_any_other_passes_through():
    TeamFactory(name="North")
    with pytest.raises(IntegrityError) as unnamed, refused_as({"other": ("name", "Other.")}):
        TeamFactory(name="North")
    constraint = unnamed.value.__cause__.diag.constraint_name

    with pytest.raises(ValidationError) as named, refused_as({constraint: ("name", "Taken.")}):
        TeamFactory(name="North")

    assert named.value.message_dict == {"name": ["Taken."]}
    assert Team.objects.count() == 1
