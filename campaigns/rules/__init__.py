"""Pure decisions about campaigns: the check list, figures of a report, prices, when a campaign pauses itself."""
