"""Files and folders that other people or processes may have made or may be changing."""
