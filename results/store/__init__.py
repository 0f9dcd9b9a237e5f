"""The folder of one sweep: its manifest and files, written atomically and read again."""
