"""A Scene in; the parts of a PowerPoint deck that shows it in native shapes, out."""
