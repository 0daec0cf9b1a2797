"""Question to answer: criteria, places, snapshot, engine. Never writes."""
