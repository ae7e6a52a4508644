"""manage.py create_admin: the first person of an empty installation, who enters all others.

Whoever may run commands here may look at every row, so that Django's admin is open to them too.
"""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from org.enums import Role
from org.services import people


class Command(BaseCommand):
    help = "Add an admin, Django's admin included; the password is asked for, or read from a pipe."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", help="full name; the address where it is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        name = options["name"] or options["email"]
        try:
            validate_password(password)
            people.create_person(
                by=None, full_name=name, email=options["email"], roles=[Role.ADMIN],
                password=password, is_operator=True,
            )  # fmt: skip
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{options['email']} can sign in, and add everybody else.")
