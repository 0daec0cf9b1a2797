"""Where listings come from: fetching, comparing, placing and importing feeds."""
