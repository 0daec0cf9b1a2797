"""Flask: one module a page family, forms (strings to values), presenters (values to words)."""
