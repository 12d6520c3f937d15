"""The API of conversations: words, sign-up forms, notice rules and what they told."""

from conversations.api.bots import BotRuns, Bots, BotSwitch, BotTry, OneBot
from conversations.api.complaining import (
    ComplaintAnswer,
    ComplaintAssign,
    ComplaintClose,
    ComplaintNoteDown,
    ComplaintReopen,
    Complaints,
    OneComplaint,
)
from conversations.api.erasing import Erasures
from conversations.api.learning import OptOutStatistics, Reasons, ReasonsGiven
from conversations.api.leaving import PublicPages, Wishes
from conversations.api.reviews import OneReview, ReviewDecisions, Reviews
from conversations.api.signup import FormSignups, FormState, OneSignupForm, SignupForms
from conversations.api.telling import NoticeRules, Notices, NoticeTest, OneNoticeRule
from conversations.api.words import Classify, Words

__all__ = [
    "BotRuns",
    "BotSwitch",
    "BotTry",
    "Bots",
    "Classify",
    "ComplaintAnswer",
    "ComplaintAssign",
    "ComplaintClose",
    "ComplaintNoteDown",
    "ComplaintReopen",
    "Complaints",
    "Erasures",
    "FormSignups",
    "FormState",
    "NoticeRules",
    "NoticeTest",
    "Notices",
    "OneBot",
    "OneComplaint",
    "OneNoticeRule",
    "OneReview",
    "OneSignupForm",
    "OptOutStatistics",
    "PublicPages",
    "Reasons",
    "ReasonsGiven",
    "ReviewDecisions",
    "Reviews",
    "SignupForms",
    "Wishes",
    "Words",
]
