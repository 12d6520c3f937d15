"""The messaging app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Undoing an import keeps people who have been texted, or wrote, since: contacts know nothing of texts."""
        from contacts.actions.import_undo import TEXTED
        from messaging.reading import texted_since

        TEXTED.append(texted_since)
