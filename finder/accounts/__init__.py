"""Who moderates, and what each may do to which service body. Knows nothing of the web."""
