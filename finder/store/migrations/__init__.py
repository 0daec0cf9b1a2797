"""Migrations: history, reviewed after autogenerate, importing no model."""
