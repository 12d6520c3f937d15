"""Pages of contacts."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from tenants.models import Membership, Tenant
from tenants.rules import Actor


class Asked(HttpRequest):
    """A member's request, as the tenant middleware hands it to a view: inside the open scope."""

    tenant: Tenant
    membership: Membership
    actor: Actor
    htmx: HtmxDetails
