"""Runs on workers: batches out, rows back; and runs again, one by one."""
