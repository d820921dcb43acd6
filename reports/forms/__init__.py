"""What pages ask and how it is read, a module for each part of the office's work."""
