"""Pages of tenants: who is asking, and the settings."""

from tenants.views.people import csrf_failure, design, health, switch, theme

__all__ = ["csrf_failure", "design", "health", "switch", "theme"]
