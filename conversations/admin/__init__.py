"""The staff admin of conversations."""

from conversations.admin import bots, learning, leaving, reviews, signup, telling, words

__all__ = ["bots", "learning", "leaving", "reviews", "signup", "telling", "words"]
