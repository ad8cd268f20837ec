"""The page: the wire as it comes in, for people."""
