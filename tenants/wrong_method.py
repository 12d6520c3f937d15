"""A page for who opens an address that only a button may use: by a bookmark, a reload, or from their history."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import Resolver404, resolve

#: Machines ask here; they read the status and its header.
_MACHINES = ("/api/", "/hooks/", "/healthz", "/metrics", "/u/")


def page(request: HttpRequest, response: HttpResponseNotAllowed) -> HttpResponse:
    """The answer to a GET that is not allowed, in words and with a way on; machines keep the bare one."""
    if request.path_info.startswith(_MACHINES):
        return response
    shown = render(request, "405.html", {"back": _above(request.path)}, status=405)
    shown["Allow"] = response["Allow"]
    return shown


def _above(path: str) -> str:
    """The nearest address above that shows something, '/' at the last."""
    while path.count("/") > 2:
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return "/"
