"""The navigation offers nobody a page that refuses them."""

from http.cookies import SimpleCookie

from django.test import RequestFactory

from salesmgr.context import navigation
from tests.access.asking import browsers
from tests.access.matrix import ACTORS, World

STANDING = {"anonymous", "deactivated"}


def test_every_entry_opens_for_whom_it_is_shown_to(
    whole: tuple[World, dict[str, SimpleCookie]],
) -> None:
    world, cookies = whole
    clients = browsers(cookies)
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
