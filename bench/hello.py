"""The yardstick of webhooks: a Django view that says hello, without middleware, beside the product on one server.

`granian bench.hello:application`: /hello is the yardstick, everything else the product as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from smscrm.wsgi import application as product


def hello(request: HttpRequest) -> HttpResponse:
    """Nothing but an answer; its length is told, as the product tells it, so that it comes in one piece."""
    return HttpResponse("hello", content_type="text/plain", headers={"Content-Length": "5"})


urlpatterns = [path("hello", hello)]


def own_urls(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: these addresses and not the product's."""

    def looked(request: HttpRequest) -> HttpResponse:
        request.urlconf = "bench.hello"
        return answer(request)

    return looked


with override_settings(MIDDLEWARE=["bench.hello.own_urls"]):
    yardstick = WSGIHandler()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """WSGI."""
    chosen = yardstick if environ["PATH_INFO"] == "/hello" else product
    return chosen(environ, start_response)
