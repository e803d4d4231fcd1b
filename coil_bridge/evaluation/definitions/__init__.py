"""What every indicator means, in words that carry a number; the sets of them that exports were made with."""
