"""The API of campaigns."""

from campaigns.api.views import (
    CampaignCancel,
    CampaignExcluded,
    CampaignExclusions,
    CampaignLaunch,
    CampaignPause,
    CampaignReport,
    CampaignResume,
    Campaigns,
    OneCampaign,
)

__all__ = [
    "CampaignCancel",
    "CampaignExcluded",
    "CampaignExclusions",
    "CampaignLaunch",
    "CampaignPause",
    "CampaignReport",
    "CampaignResume",
    "Campaigns",
    "OneCampaign",
]
