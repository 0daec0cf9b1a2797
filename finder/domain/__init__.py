"""Rules of the field: pure values and functions. No Flask, SQL, network or clock."""
