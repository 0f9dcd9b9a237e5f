"""Errors that are the user's to mend; the message says what is wrong, where, and what is allowed."""


class InputError(Exception):
    """Something the user gave cannot be used."""


class BusyError(InputError):
    """Another process is writing in the folder."""


class LinkError(InputError):
    """What should lie in a folder of results itself is a link, which leads out of it."""
