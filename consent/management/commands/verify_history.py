"""verify_history --tenant SLUG|ID|all [--json]: exit code 1 when a ledger does not add up."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent.history import verify
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Recompute every seal of a tenant's permission history."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, help="slug, id, or all")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for tenant in self._tenants(options["tenant"]):
            result = verify(tenant.pk)
            broken += not result.ok
            line = {"tenant": tenant.slug, **result.as_json()}
            self.stdout.write(json.dumps(line) if options["json"] else f"{tenant.slug}: {result.sentence}")
        if broken:
            raise CommandError(f"{broken} of the ledgers checked does not add up.", returncode=1)

    def _tenants(self, wanted: str) -> list[Tenant]:
        tenants = Tenant.objects.order_by("id")
        if wanted == "all":
            return list(tenants)
        found = tenants.filter(slug=wanted).first()
        if found is None and wanted.isdecimal():
            found = tenants.filter(id=int(wanted[:18])).first()
        if found is None:
            raise CommandError(f"No tenant {wanted!r}. Give a slug, an id, or all.", returncode=2)
        return [found]
