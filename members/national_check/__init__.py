"""与国家系统核对: a list out of the other system against the people here; nobody's record changes by it."""
