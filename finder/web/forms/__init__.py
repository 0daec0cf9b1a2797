"""Strings -> values: what a request says, read into the questions the house understands."""
