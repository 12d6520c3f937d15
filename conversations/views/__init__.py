"""Pages and doors of conversations."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from tenants.models import Tenant
from tenants.rules import Actor


class Asked(HttpRequest):
    """A request as the middleware hands it on: who asks, for which tenant, by htmx or not."""

    actor: Actor
    tenant: Tenant
    htmx: HtmxDetails
