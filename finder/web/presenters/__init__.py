"""Values -> words: what a page says about a listing, a question and an answer. No SQL, no request, no clock."""
