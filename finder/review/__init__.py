"""The life of a submission: sent, proven, queued, decided, corresponded about, undone, forgotten."""
