"""Invitations to work for a tenant."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenants.models.people import Membership
from tenants.rowsecurity import TenantModel, walled


class Invitation(TenantModel):
    """A role offered to an e-mail address: waiting → used | withdrawn; after `expires_at` nobody can use it.

    The secret of its link is in the e-mail only; `Door(kind="invite")` holds the digest of the last one sent.
    """

    email = models.EmailField("e-mail", max_length=254, help_text="In lower case; nobody else can accept.")
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=8, choices=Membership.Roles.choices)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="E-mails that could not be sent.")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = walled(
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="tenants_invitation_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(withdrawn_at__isnull=True),
                name="tenants_invitation_one_end",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()}"

    def state(self, now: datetime) -> str:
        """waiting, used, withdrawn or expired."""
        if self.accepted_at:
            return "used"
        if self.withdrawn_at:
            return "withdrawn"
        return "waiting" if now < self.expires_at else "expired"
