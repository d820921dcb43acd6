"""An import on its way: taken in, read as somebody wants it, checked, written, and how far it has come."""
