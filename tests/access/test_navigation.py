"""The navigation offers nobody a page that refuses them."""

import pytest
from django.test import RequestFactory

from salesmgr.context import navigation
from tests.access.asking import signed_in, whole_world
from tests.access.matrix import ACTORS

STANDING = {"anonymous", "deactivated"}


@pytest.mark.django_db
def test_every_entry_opens_for_whom_it_is_shown_to() -> None:
    world = whole_world()
    clients = signed_in(world)
    opened = {}
    for actor in set(ACTORS) - STANDING:
        request = RequestFactory().get("/")
        request.user = world.person(actor)
        for group in navigation(request):
            for link in group.links:
                opened[actor, link.label] = clients[actor].get(link.href).status_code

    assert {actor for actor, _ in opened} == set(ACTORS) - STANDING
    assert {each: code for each, code in opened.items() if code != 200} == {}
    assert ("recruiter", "Deals") not in opened
    assert ("rep", "Deals") in opened
