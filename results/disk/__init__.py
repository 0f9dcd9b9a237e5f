"""Files and folders that somebody else may have made, or may be changing."""
