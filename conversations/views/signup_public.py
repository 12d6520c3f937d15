"""The public pages of sign-up forms: no log-in, no cookie, no script needed.

Exempt from Django's CSRF check: there is no session whose rights a foreign page could use, and inside a frame of
another site its cookie would not arrive. The signed token of the page takes its place.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from conversations.signing import public
from tenants.middleware import serve_in_scope

SCRIPT = "text/javascript; charset=utf-8"


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, key: str) -> HttpResponse:
    """The form; sent, it records the sign-up and leads on to the page of thanks."""
    door = public.opened(key)
    sent = request.method == "POST"
    wait = public.waits(request, door) if sent else 0

    def serve(request: HttpRequest) -> HttpResponse:
        form = public.form_of(door.ref)
        return public.submit(request, form, wait) if sent else public.page(request, form)

    return serve_in_scope(request, door.tenant_id, serve, (), {})


@require_safe
def done(request: HttpRequest, key: str) -> HttpResponse:
    """Thanks, and what happens next: the same words for everyone."""
    door = public.opened(key)

    def serve(request: HttpRequest) -> HttpResponse:
        return public.note(request, public.form_of(door.ref), "done")

    return serve_in_scope(request, door.tenant_id, serve, (), {})


@require_safe
def embed(request: HttpRequest, key: str) -> HttpResponse:
    """The script for another site: it puts the form into a frame beside itself."""
    door = public.opened(key)

    def serve(request: HttpRequest) -> HttpResponse:
        form = public.form_of(door.ref)
        if not form.origins:
            raise Http404
        address = settings.PUBLIC_URL + reverse("conversations:signup_page", args=[key]) + "?embed=1"
        context = {"address": address, "title": public.heading_of(form)}
        response = render(
            request, "conversations/signup_embed.js", context, content_type="text/javascript; charset=utf-8"
        )
        response["Cache-Control"] = "public, max-age=300"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return serve_in_scope(request, door.tenant_id, serve, (), {})
