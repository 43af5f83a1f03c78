"""Review of polygon layers: the queue, decisions, and fields that stay true; no widgets here."""
