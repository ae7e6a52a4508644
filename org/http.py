"""The request that a view behind sign-in gets."""

from django.http import HttpRequest

from org.models.people import Person


class PersonRequest(HttpRequest):
    """A request whose user has signed in: LoginRequiredMiddleware lets no other reach a view."""

    user: Person
