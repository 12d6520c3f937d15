"""Campaigns: write a draft, see who is left out, launch, steer, read the report."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import actions
from campaigns.actions.drafts import find
from campaigns.api.shapes import (
    REASONS,
    CampaignShape,
    Change,
    Draft,
    Exclusions,
    Launch,
    LeftOutShape,
    Reason,
    ReportShape,
    person,
    reasons,
    reported,
    shaped,
    values_of,
)
from campaigns.counting import counted
from campaigns.frequency import with_wording
from campaigns.models import Campaign
from campaigns.people import people_of
from campaigns.reading import report
from messaging.exclusions import left_out_people
from messaging.models import Broadcast
from messaging.rules.outcomes import NotSent
from tenants.apikit import View, WholeFilter, idempotency_key, operation, page_answer, page_of, read_page
from tenants.rules import Refused


class CampaignFilters(django_filters.FilterSet):
    """What campaigns can be listed by."""

    status = django_filters.ChoiceFilter(choices=Broadcast.Status.choices, method="by_status")
    sender = WholeFilter(field_name="sender_id")

    def by_status(self, queryset: QuerySet[Campaign], name: str, value: str) -> QuerySet[Campaign]:
        """draft, or a broadcast's status."""
        return queryset.filter(Q(broadcast=None) if value == "draft" else Q(broadcast__status=value))


class Campaigns(View):
    """Campaigns."""

    paged = True
    filterset_class = CampaignFilters

    @operation(
        "list_campaigns", "List campaigns", page_of(CampaignShape), filters=CampaignFilters, pages=True
    )
    def get(self, request: Request) -> Response:
        page = read_page(request)
        found = self.filtered(Campaign.objects.select_related("broadcast")).qs.filter(pk__gt=page.after or 0)
        return page_answer(list(found.order_by("pk")[: page.take]), page, lambda one: int(one.pk), shaped)

    @operation("create_campaign", "Create a draft", CampaignShape, request=Draft, status=201, refuses=[422])
    def post(self, request: Request) -> Response:
        campaign = actions.create_campaign(actor=self.actor, **values_of(self.body(Draft)))
        return Response(shaped([find(campaign.pk)])[0], status=201)


class OneCampaign(View):
    """One campaign."""

    @operation("get_campaign", "Get a campaign", CampaignShape, refuses=[404])
    def get(self, request: Request, pk: int) -> Response:
        return Response(shaped([find(pk)])[0])

    @operation(
        "change_campaign", "Change a draft", CampaignShape, request=Change, refuses=[404, 409, 422],
        details="With the `version` that was read: someone else's change in between is a 409 `conflict`.",
    )  # fmt: skip
    def patch(self, request: Request, pk: int) -> Response:
        given, campaign = self.body(Change), find(pk)
        actions.update_campaign(
            campaign_id=campaign.pk, version=given.pop("version"), actor=self.actor, **values_of(given)
        )
        return Response(shaped([find(pk)])[0])

    @operation("delete_campaign", "Delete a draft", None, status=204, refuses=[404, 409])
    def delete(self, request: Request, pk: int) -> Response:
        actions.delete_campaign(campaign_id=pk, actor=self.actor)
        return Response(status=204)


class CampaignExclusions(View):
    """Who is left out, by reason."""

    @operation("list_exclusions", "Count who is left out, by reason", Exclusions, refuses=[404])
    def get(self, request: Request, pk: int) -> Response:
        campaign = find(pk)
        figures = campaign.exclusions if campaign.broadcast_id else counted(campaign)
        shown = {name: figures.get(name, 0) for name in ("chosen", "will_get")}
        shown["with_wording"] = with_wording(campaign, figures)
        left_out = {int(code): n for code, n in figures.get("left_out", {}).items()}
        return Response(
            shown | {"left_out": reasons(left_out.items()), "counted_at": figures.get("counted_at")}
        )


class CampaignExcluded(View):
    """The people behind one number of the funnel."""

    paged = True

    @operation(
        "list_excluded",
        "List who is left out for one reason",
        page_of(LeftOutShape),
        pages=True,
        refuses=[404],
    )
    def get(self, request: Request, pk: int, reason: str) -> Response:
        if reason not in REASONS:
            raise Refused("not_found", "There is no such reason.", "reason")
        campaign, page, code = find(pk), read_page(request), int(NotSent.of(reason))
        after, take = page.after or 0, page.take
        if campaign.broadcast_id:
            sent = people_of(campaign.broadcast_id, reason=code, after=after, limit=take)
            return page_answer(
                sent, page, lambda one: one.phone_id, lambda rows: [person(r, reason) for r in rows]
            )
        if campaign.sender_id is None or not campaign.audience.get("include"):
            return page_answer([], page, lambda one: 0, lambda rows: [])
        found = left_out_people(campaign.audience, campaign.sender_id, campaign.purpose, code, after, take)
        return page_answer(
            found, page, lambda one: one.contact_id, lambda rows: [person(r, reason) for r in rows]
        )


class CampaignLaunch(View):
    """The launch."""

    scopes = {"POST": "send"}

    @operation(
        "launch_campaign", "Launch a draft", CampaignShape, request=Launch, refuses=[404, 409, 422], needs_key=True,
        details="Once, whatever happens: the Idempotency-Key is required and is the launch's own. Another key "
        "afterwards: 409 `already_launched`.",
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        given, key, campaign = self.body(Launch), idempotency_key(request), find(pk)
        actions.launch(
            campaign_id=campaign.pk, actor=self.actor, key=f"api:{key}"[:120], expected=given.get("expected"),
            version=given.get("version"), accepted=given.get("accepted", ()),
        )  # fmt: skip
        return Response(shaped([find(pk)])[0])


class CampaignPause(View):
    """Pausing."""

    scopes = {"POST": "send"}

    @operation("pause_campaign", "Pause a campaign", CampaignShape, request=Reason, refuses=[404, 409])
    def post(self, request: Request, pk: int) -> Response:
        actions.pause(campaign_id=pk, actor=self.actor, reason=self.body(Reason)["reason"])
        return Response(shaped([find(pk)])[0])


class CampaignResume(View):
    """Going on."""

    scopes = {"POST": "send"}

    @operation("resume_campaign", "Resume a campaign", CampaignShape, request=Reason, refuses=[404, 409])
    def post(self, request: Request, pk: int) -> Response:
        self.body(Reason)
        actions.resume(campaign_id=pk, actor=self.actor)
        return Response(shaped([find(pk)])[0])


class CampaignCancel(View):
    """Ending it."""

    scopes = {"POST": "send"}

    @operation("cancel_campaign", "Cancel a campaign", CampaignShape, request=Reason, refuses=[404, 409])
    def post(self, request: Request, pk: int) -> Response:
        self.body(Reason)
        actions.cancel(campaign_id=pk, actor=self.actor)
        return Response(shaped([find(pk)])[0])


class CampaignReport(View):
    """The report."""

    @operation("get_report", "Get a campaign's report", ReportShape, refuses=[404, 409])
    def get(self, request: Request, pk: int) -> Response:
        campaign = find(pk)
        if campaign.broadcast_id is None:
            raise Refused("not_launched", f"“{campaign.name}” is still a draft.")
        return Response({"status": campaign.status, **reported(report(campaign))})
