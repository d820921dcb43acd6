"""Workbooks handed out to be filled in: columns, lists to choose from, explanations."""
