"""What happens when a person writes: bots, reviews, sign-up, leaving, telling the team, learning why.

Models are imported from their own modules: `from conversations.models.bots import Bot`.
"""

from conversations.models import bots, learning, leaving, reviews, signup, telling, words  # noqa: F401  Django finds them
