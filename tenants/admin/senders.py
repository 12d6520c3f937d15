"""Sender numbers and provider accounts. Credentials go in and never come out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminPasswordWidget

from tenants import actions
from tenants.admin.base import StaffAdmin, actor_of
from tenants.admin.site import site
from tenants.models import ProviderAccount, SenderAddress, SenderNumber

_OFF = {"autocomplete": "off"}


class AccountForm(forms.ModelForm):
    """An account; the auth token is asked for and never shown again."""

    token = forms.CharField(
        label="Auth token",
        max_length=200,
        required=False,
        strip=True,
        widget=UnfoldAdminPasswordWidget(attrs=_OFF, render_value=False),
        help_text="Leave it empty to keep the one in use. A new one takes over; the old one still verifies webhooks.",
    )

    class Meta:
        model = ProviderAccount
        fields = ("name", "sid", "concurrency", "held_at", "held_reason")

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if not token and self.instance.pk is None:
            raise forms.ValidationError("An account needs its auth token.")
        return token


@admin.register(ProviderAccount, site=site)
class ProviderAccountAdmin(StaffAdmin):
    """Accounts at the provider, and where it must send its webhooks."""

    may_add = may_change = True
    form = AccountForm
    list_display = ("name", "sid", "concurrency", "held_at", "created_at")
    search_fields = ("name", "sid")
    readonly_fields = ("inbound_address", "status_address", "created_at")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("name", "sid", "token", "base_url", "concurrency")
        return (
            "name",
            "sid",
            "token",
            "base_url",
            "concurrency",
            "held_at",
            "held_reason",
            "consents_off_until",
            "consents_off_why",
            *self.readonly_fields,
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("sid", *self.readonly_fields) if obj else ()

    @admin.display(description="Webhook for texts")
    def inbound_address(self, obj: ProviderAccount) -> str:
        return f"{settings.PUBLIC_URL}/hooks/twilio/{obj.inbound_key}/inbound"

    @admin.display(description="Webhook for receipts")
    def status_address(self, obj: ProviderAccount) -> str:
        return f"{settings.PUBLIC_URL}/hooks/twilio/{obj.inbound_key}/status"

    def create(self, request: HttpRequest, obj: ProviderAccount, form: forms.ModelForm) -> ProviderAccount:
        return actions.add_account(
            sid=obj.sid,
            token=form.cleaned_data["token"],
            name=obj.name,
            base_url=obj.base_url,
            concurrency=obj.concurrency,
            actor=actor_of(request),
        )

    def update(self, request: HttpRequest, obj: ProviderAccount, form: forms.ModelForm) -> None:
        if set(form.changed_data) - {"token"}:
            super().update(request, obj, form)
        if token := form.cleaned_data["token"]:
            actions.rotate_token(account_id=obj.pk, token=token, actor=actor_of(request))


@admin.register(SenderNumber, site=site)
class SenderNumberAdmin(StaffAdmin):
    """What the tenant texts from. An address never changes: the history refers to it. Retire it instead."""

    may_add = may_change = True
    list_display = ("name", "address", "kind", "purpose", "answers", "rate", "is_opt_out_line", "retired_at")
    list_filter = ("purpose", "kind")
    search_fields = ("name", "address")
    autocomplete_fields = ("account",)
    fields = (
        "name", "address", "kind", "purpose", "account", "answers", "rate", "is_opt_out_line", "retired_at",
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("address", "kind", "account") if obj else ("retired_at",)

    def create(self, request: HttpRequest, obj: SenderNumber, form: forms.ModelForm) -> SenderNumber:
        return actions.add_sender(
            name=obj.name,
            address=obj.address,
            account=obj.account,
            kind=obj.kind,
            purpose=obj.purpose,
            answers=obj.answers,
            rate=obj.rate,
            is_opt_out_line=obj.is_opt_out_line,
            actor=actor_of(request),
        )

    def update(self, request: HttpRequest, obj: SenderNumber, form: forms.ModelForm) -> None:
        if obj.kind == SenderNumber.Kind.TOLL_FREE:
            obj.answers = (
                SenderNumber.Answers.PROVIDER
            )  # the network itself answers STOP on toll-free numbers
        super().update(request, obj, form)


@admin.register(SenderAddress, site=site)
class SenderAddressAdmin(StaffAdmin):
    """The numbers inside messaging services."""

    may_add = may_delete = True
    list_display = ("e164", "sender")
    search_fields = ("e164",)
    autocomplete_fields = ("sender",)
    fields = ("sender", "e164")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "e164" in form.base_fields:
            plain = forms.RegexField(r"^\+[1-9][0-9]{6,14}$", label="Number")
            form.base_fields["e164"].validators = [*form.base_fields["e164"].validators, *plain.validators]
        return form
