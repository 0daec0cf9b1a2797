"""Verbs that write listings, the audit chain, and the public shelf they keep in step."""
