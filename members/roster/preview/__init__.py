"""What is shown before anything is written: rows kept sealed, findings, mending, decisions, plans made anew."""
