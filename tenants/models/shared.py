"""What all processes share and may forget."""

from __future__ import annotations

from django.db import models


class SharedValue(models.Model):
    """One value of the shared cache (`tenants.shared`): tries of log-ins, codes used. A door table: no tenant's data.

    The keys hold addresses of machines and digests, the values times and counts; each is gone with its limit.
    """

    key = models.CharField(max_length=250, primary_key=True)
    value = models.JSONField()
    expires_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.key
