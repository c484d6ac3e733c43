"""A small mall, written from the prose of the contract alone."""
