"""Tenants and the people who log in. Door tables: readable without a scope."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    """Users are found by their e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        return self.create_user(email, password, **({"is_staff": True, "is_superuser": True} | extra))


class User(AbstractBaseUser, PermissionsMixin):
    """A login. `is_staff` runs the installation; members have a role per tenant (`Membership`)."""

    email = models.EmailField("e-mail", max_length=254)
    name = models.CharField(max_length=120, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    theme = models.CharField(
        max_length=5, default="auto", choices=[(c, c) for c in ("auto", "light", "dark")]
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="tenants_user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email


class Tenant(models.Model):
    """One customer of the installation: a brand with sender numbers, contacts and its own rules."""

    class StopCovers(models.TextChoices):
        NUMBER = "number", "the number it was sent to"
        PURPOSE = "purpose", "every number of that purpose"
        ALL = "all", "all our numbers"

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    brand = models.CharField(max_length=60, help_text="The name people know; it opens every confirmation.")
    zone = models.CharField(max_length=60, default="America/New_York")
    country = models.CharField(max_length=2, default="US")
    countries = models.JSONField(default=list, help_text="Countries this tenant may text; empty: its own.")
    stop_covers = models.CharField(max_length=8, choices=StopCovers.choices, default=StopCovers.NUMBER)
    marketing_needs_opt_in = models.BooleanField(default=True)
    us_rules = models.BooleanField(default=True, help_text="A STOP to a service number covers all (US rule).")
    review_hours = models.PositiveSmallIntegerField(
        default=24, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    help_contact = models.CharField(max_length=120, blank=True, help_text="Phone or e-mail named in HELP.")
    message_frequency = models.CharField(
        max_length=60, blank=True, help_text="About 4 texts a month: as sign-up and public pages say it."
    )
    postal_address = models.CharField(max_length=200, blank=True, help_text="At the foot of public pages.")
    other_ways = models.JSONField(
        default=list, blank=True, help_text='Offered to who leaves: [{"key", "label", "channel"}].'
    )
    part_price_micros = models.PositiveIntegerField(default=7900, help_text="Price of one part, millionths.")
    currency = models.CharField(max_length=3, default="USD")
    held_at = models.DateTimeField(null=True, blank=True, help_text="Nothing is sent while set.")
    held_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def allowed_countries(self) -> frozenset[str]:
        """ISO codes of countries this tenant may text."""
        return frozenset(self.countries or [self.country])


class Membership(models.Model):
    """A user's role in a tenant."""

    class Roles(models.TextChoices):
        VIEWER = "viewer", "Viewer"
        AGENT = "agent", "Agent"
        MANAGER = "manager", "Manager"
        OWNER = "owner", "Owner"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Roles.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "tenant"], name="tenants_membership_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
