"""`manage.py api_key`: an API key for an integrator, printed once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.actions import API_SCOPES, make_api_key
from tenants.models import Tenant
from tenants.rules import SYSTEM, Refused
from tenants.scope import tenant_scope


class Command(BaseCommand):
    help = "Make an API key of a tenant and print it. It cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, help="short name (slug) of the tenant")
        parser.add_argument("--name", required=True, help="the system that will use the key")
        parser.add_argument("--scopes", required=True, help=f"some of {','.join(API_SCOPES)}, with commas")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']}.")
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        try:
            with tenant_scope(tenant.pk):
                _, secret = make_api_key(name=options["name"][:80], scopes=scopes, actor=SYSTEM)
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(secret)
