"""Who is meant and what would be written: rows held against the records, and what a plan turns into."""
