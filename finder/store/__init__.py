"""Tables (one file a concept), column types, the unit of work and the migrations."""
