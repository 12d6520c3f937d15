"""The router of the API: /api/v1/, its document and the page that reads it."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns import api as campaigns
from consent import api as consent
from contacts import api as contacts
from conversations import api as conversations
from messaging import api as messaging
from smscrm import api_schema  # noqa: F401  registers how the key is described
from tenants import api as tenants
from tenants.apidoor import refusal


@cache
def document() -> bytes:
    """The OpenAPI document; the same for everyone, made once a process."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return bytes(OpenApiJsonRenderer().render(schema))


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document as JSON."""
    return HttpResponse(document(), content_type="application/json")


def nothing(request: HttpRequest) -> HttpResponse:
    """An address that is none."""
    return refusal(404, "not_found", "There is nothing at this address.")


class Nothing(APIView):
    """Every other address below /api/v1/: the same answer as for a row that is not there."""

    schema = None
    scopes = dict.fromkeys(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"), "read")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise Http404

    post = put = patch = delete = options = get


v1 = [
    path("contacts", contacts.Contacts.as_view()),
    path("contacts/bulk", contacts.ContactsBulk.as_view()),
    path("contacts/<int:pk>", contacts.OneContact.as_view()),
    path("contact-fields", contacts.OwnFields.as_view()),
    path("groups", contacts.Groups.as_view()),
    path("groups/<int:pk>", contacts.OneGroup.as_view()),
    path("groups/<int:pk>/members", contacts.GroupMembers.as_view()),
    path("groups/<int:pk>/members/remove", contacts.GroupLeavers.as_view()),
    path("tags", contacts.Tags.as_view()),
    path("tags/<int:pk>", contacts.OneTag.as_view()),
    path("tags/<int:pk>/contacts", contacts.TagContacts.as_view()),
    path("tags/<int:pk>/contacts/remove", contacts.TagLosers.as_view()),
    path("consent/opt-outs", consent.OptOuts.as_view()),
    path("consent/opt-ins", consent.OptIns.as_view()),
    path("consent/evidence-files", consent.EvidenceFiles.as_view()),
    path("consent/erasures", conversations.Erasures.as_view()),
    path("consent/blocks", consent.Blocks.as_view()),
    path("consent/check", consent.Check.as_view()),
    path("consent/explain", consent.Explain.as_view()),
    path("consent/words", conversations.Words.as_view()),
    path("consent/classify", conversations.Classify.as_view()),
    path("consent/history", consent.History.as_view()),
    path("disclosures", consent.Disclosures.as_view()),
    path("signup-forms", conversations.SignupForms.as_view()),
    path("signup-forms/<int:pk>", conversations.OneSignupForm.as_view()),
    path("signup-forms/<int:pk>/state", conversations.FormState.as_view()),
    path("signup-forms/<int:pk>/sign-ups", conversations.FormSignups.as_view()),
    path("do-not-contact", consent.DoNotContact.as_view()),
    path("do-not-contact/changes", consent.DoNotContactChanges.as_view()),
    path("reviews", conversations.Reviews.as_view()),
    path("reviews/<int:pk>", conversations.OneReview.as_view()),
    path("reviews/<int:pk>/decide", conversations.ReviewDecisions.as_view()),
    path("senders", tenants.Senders.as_view()),
    path("channels", consent.Channels.as_view()),
    path("channels/consent", consent.ChannelConsents.as_view()),
    path("webhooks", tenants.Webhooks.as_view()),
    path("webhooks/<int:pk>", tenants.OneWebhook.as_view()),
    path("webhooks/<int:pk>/secret", tenants.WebhookSecret.as_view()),
    path("webhooks/<int:pk>/test", tenants.WebhookTest.as_view()),
    path("webhooks/<int:pk>/deliveries", tenants.WebhookDeliveries.as_view()),
    path("webhooks/deliveries/<int:pk>/resend", tenants.WebhookResend.as_view()),
    path("notice-rules", conversations.NoticeRules.as_view()),
    path("notice-rules/<int:pk>", conversations.OneNoticeRule.as_view()),
    path("notice-rules/<int:pk>/test", conversations.NoticeTest.as_view()),
    path("notices", conversations.Notices.as_view()),
    path("campaigns", campaigns.Campaigns.as_view()),
    path("campaigns/<int:pk>", campaigns.OneCampaign.as_view()),
    path("campaigns/<int:pk>/exclusions", campaigns.CampaignExclusions.as_view()),
    path("campaigns/<int:pk>/exclusions/<str:reason>", campaigns.CampaignExcluded.as_view()),
    path("campaigns/<int:pk>/launch", campaigns.CampaignLaunch.as_view()),
    path("campaigns/<int:pk>/pause", campaigns.CampaignPause.as_view()),
    path("campaigns/<int:pk>/resume", campaigns.CampaignResume.as_view()),
    path("campaigns/<int:pk>/cancel", campaigns.CampaignCancel.as_view()),
    path("campaigns/<int:pk>/report", campaigns.CampaignReport.as_view()),
    path("public-pages", conversations.PublicPages.as_view()),
    path("wishes", conversations.Wishes.as_view()),
    path("opt-out-links", messaging.OptOutLinks.as_view()),
    path("messages", messaging.Messages.as_view()),
    path("messages/<int:pk>", messaging.OneMessage.as_view()),
    path("reasons", conversations.Reasons.as_view()),
    path("reasons/given", conversations.ReasonsGiven.as_view()),
    path("statistics/opt-outs", conversations.OptOutStatistics.as_view()),
    path("complaints", conversations.Complaints.as_view()),
    path("complaints/<int:pk>", conversations.OneComplaint.as_view()),
    path("complaints/<int:pk>/notes", conversations.ComplaintNoteDown.as_view()),
    path("complaints/<int:pk>/assign", conversations.ComplaintAssign.as_view()),
    path("complaints/<int:pk>/answer", conversations.ComplaintAnswer.as_view()),
    path("complaints/<int:pk>/close", conversations.ComplaintClose.as_view()),
    path("complaints/<int:pk>/reopen", conversations.ComplaintReopen.as_view()),
    path("bots", conversations.Bots.as_view()),
    path("bots/<int:pk>", conversations.OneBot.as_view()),
    path("bots/<int:pk>/switch", conversations.BotSwitch.as_view()),
    path("bots/<int:pk>/try", conversations.BotTry.as_view()),
    path("bots/<int:pk>/runs", conversations.BotRuns.as_view()),
    re_path(r"", Nothing.as_view()),
]

# Its script in a file of its own and no inline style: the page lives with the policy of all others.
_docs = extend_schema(exclude=True)(SpectacularSwaggerSplitView).as_view(
    url_name="api-document", template_name="smscrm/api_docs.html", title="smscrm API"
)

urlpatterns = [
    path("v1/", include(v1)),
    path("openapi.json", openapi, name="api-document"),
    path("docs", _docs, name="api-docs"),
    re_path(r"", nothing),
]
