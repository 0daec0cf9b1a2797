"""Meeting Finder: a directory and finder of recovery support meetings."""
