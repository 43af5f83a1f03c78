"""Another threshold for a finished run: previews at once, written back on demand; no widgets."""
