"""What a file says: its sheets taken apart, its headings understood, its cells read – nothing of the database."""
