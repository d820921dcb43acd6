"""What remains of an import: what it wrote, what it refused, what is taken back, how long its file is kept."""
