"""The folder of one sweep: its manifest and files, written whole, and read again."""
