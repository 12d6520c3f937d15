"""What consent keeps beside the numbers. The history itself is shown by contacts, which knows the names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Max
from django.http import HttpRequest

from consent.actions.keywords import save_words
from consent.admin.phones import known_id, number_search, sender_choices
from consent.models import (
    Channel,
    ChannelConsent,
    ConsentEvidence,
    ConsentHead,
    Disclosure,
    EvidenceFile,
    Hold,
    KeywordSet,
    LedgerCursor,
    OptInRequest,
    Permission,
)
from consent.rules.wordlists import KINDS, read_words
from tenants.admin.base import StaffAdmin, actor_of
from tenants.admin.site import site
from tenants.rules import Refused


class OfPhone(StaffAdmin):
    """Rows that belong to a phone number; searched by the number in any spelling."""

    search_fields = ("phone",)
    search_help_text = "A phone number, in any spelling"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return number_search(request, queryset, search_term, "phone_id"), False


class SenderFilter(admin.SimpleListFilter):
    """By sender number of the tenant."""

    title = "sender number"
    parameter_name = "sender"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sender_choices()

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(sender_id=known_id(self.value())) if self.value() else queryset


@admin.register(Permission, site=site)
class PermissionAdmin(OfPhone):
    """Which sender number may text whom. Changed by what people say, never here."""

    list_display = ("phone", "sender", "state", "since", "event", "provider_block_since")
    list_filter = ("state", SenderFilter)


@admin.register(Hold, site=site)
class HoldAdmin(OfPhone):
    """What is held until somebody or something decides. Released by the review queue, never here."""

    list_display = ("phone", "reason", "sender", "until", "created_at")
    list_filter = ("reason",)


@admin.register(OptInRequest, site=site)
class OptInRequestAdmin(OfPhone):
    """Double opt-ins that wait for the person's YES."""

    list_display = ("phone", "sender", "asked_at", "asks", "expires_at", "closed_at")


@admin.register(Channel, site=site)
class ChannelAdmin(StaffAdmin):
    """Other ways the tenant reaches people, and whether SMS opt-outs extend to them."""

    list_display = ("code", "name", "follows_sms", "retired_at")


@admin.register(ChannelConsent, site=site)
class ChannelConsentAdmin(OfPhone):
    """Consent of the same person on other channels."""

    list_display = ("phone", "channel", "state", "since", "method", "event")


@admin.register(ConsentEvidence, site=site)
class ConsentEvidenceAdmin(StaffAdmin):
    """The exact words and what was shown; an erasure takes them away, nothing else ever touches them."""

    list_display = ("id", "words", "note", "file", "actor_label", "shared", "created_at")
    list_select_related = ("file",)
    fields = (
        "words", "disclosure", "wording_version", "note", "taken_by", "file", "ip", "user_agent", "url", "actor_label",
        "shared", "created_at",
    )  # fmt: skip


@admin.register(EvidenceFile, site=site)
class EvidenceFileAdmin(OfPhone):
    """Scans, photos and recordings that prove an agreement: that they are there. Members read them, staff do not."""

    list_display = ("name", "kind", "size", "phone", "created_at", "erased_at")
    list_filter = ("kind",)
    list_select_related = ("phone",)
    fields = ("name", "kind", "size", "digest", "phone", "created_at", "erased_at")
    readonly_fields = ("digest",)

    @admin.display(description="SHA-256")
    def digest(self, obj: EvidenceFile) -> str:
        return bytes(obj.sha256).hex()


@admin.register(ConsentHead, site=site)
class ConsentHeadAdmin(StaffAdmin):
    """Number and seal of the last entry."""

    list_display = ("seq", "seal")
    fields = ("seq", "seal")
    readonly_fields = ("seal",)

    @admin.display(description="Seal")
    def seal(self, obj: ConsentHead) -> str:
        return bytes(obj.hash).hex()


@admin.register(LedgerCursor, site=site)
class LedgerCursorAdmin(StaffAdmin):
    """How far each follower has read the history."""

    list_display = ("follower", "seq", "moved_at")


@admin.register(Disclosure, site=site)
class DisclosureAdmin(StaffAdmin):
    """Wording that people agree to. A change is a new version; what people agreed to stays word for word."""

    may_add = True
    list_display = ("name", "version", "wording", "created_at")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name", "version", "wording", "created_at") if obj else ("name", "wording")

    def create(self, request: HttpRequest, obj: Disclosure, form: forms.ModelForm) -> Disclosure:
        last = Disclosure.objects.filter(name=obj.name).aggregate(last=Max("version"))["last"]
        obj.version = (last or 0) + 1
        made: Disclosure = super().create(request, obj, form)
        return made


@admin.register(KeywordSet, site=site)
class KeywordSetAdmin(StaffAdmin):
    """A tenant's extra words. The words of the law are always heard, whatever stands here."""

    may_add = may_change = may_delete = True
    list_display = ("language", "sender", "stop_words", "start_words", "help_words")
    autocomplete_fields = ("sender",)
    fields = ("language", "sender", "stop_words", "start_words", "help_words")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("language", "sender") if obj else ()

    def create(self, request: HttpRequest, obj: KeywordSet, form: forms.ModelForm) -> KeywordSet:
        if KeywordSet.objects.filter(language=obj.language, sender_id=obj.sender_id).exists():
            raise Refused("exists", "There are words for this language and sender. Change those.", "language")
        return self._saved(request, obj)

    def update(self, request: HttpRequest, obj: KeywordSet, form: forms.ModelForm) -> None:
        self._saved(request, obj)

    def remove(self, request: HttpRequest, obj: KeywordSet) -> None:
        save_words(language=obj.language, sender_id=obj.sender_id, lists={}, actor=actor_of(request))

    def _saved(self, request: HttpRequest, obj: KeywordSet) -> KeywordSet:
        lists = {kind: _words(getattr(obj, kind), kind) for kind in KINDS}
        kept = save_words(
            language=obj.language, sender_id=obj.sender_id, lists=lists, actor=actor_of(request)
        )
        if kept is None:
            raise Refused("words_missing", "Write at least one word.", "stop_words")
        return kept


def _words(value: Any, field: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise Refused("words_invalid", 'Write a JSON list of words, like ["halt"].', field)
    return read_words(value)
