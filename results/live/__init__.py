"""A sweep while it runs: its rows counted as they land, the page that shows them, and the server of that page."""
