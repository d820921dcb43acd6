"""Lists that leave the system: exactly what was queried, at once or in the background, kept for whoever asked."""
