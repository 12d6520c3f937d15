"""Words by language and category, as data for `consent.rules.grammar`."""
