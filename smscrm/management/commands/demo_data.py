"""`manage.py demo_data`: the demo tenants, once; and what the simulated carrier must know, at every start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from smscrm.demo import carrier, history, tenant
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Make the demo tenants if there is no tenant yet, and connect the simulated carrier."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SIMULATOR_URL:
            raise CommandError("The demo needs the simulated carrier: set SIMULATOR_URL.")
        if not Tenant.objects.exists():
            history.fill(tenant.make_demo())
            self.stdout.write("demo tenants made")
        self.stdout.write(f"{carrier.connect_accounts()} sender numbers connected to the simulated carrier")
