"""Demo data and the demo run. Everything here is plainly demo: fictional 555-01xx numbers, example.org addresses."""
