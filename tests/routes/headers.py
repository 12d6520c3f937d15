"""What every answer must carry (SEC40)."""

from __future__ import annotations

from django.http import HttpResponse

POLICY = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def missing(answer: HttpResponse, *, personal: bool) -> list[str]:
    """What an answer lacks. `personal`: somebody is logged in, so nothing of it may be kept by a cache."""
    policy = dict(
        part.strip().partition(" ")[::2] for part in answer.get("Content-Security-Policy", "").split(";")
    )
    found = [
        f"CSP {name} is {policy.get(name)!r}" for name, value in POLICY.items() if policy.get(name) != value
    ]
    found += [f"CSP {name} {value}" for name, value in policy.items() if "unsafe" in value or "*" in value]
    # The page of a link tells its address to nobody, which is stricter.
    stricter = {"Referrer-Policy": "no-referrer"}
    found += [
        f"{name} is {answer.get(name)!r}"
        for name, value in PLAIN.items()
        if answer.get(name) not in {value, stricter.get(name, value)}
    ]
    if personal and "no-store" not in answer.get("Cache-Control", ""):
        found.append(f"Cache-Control is {answer.get('Cache-Control')!r}")
    return found
