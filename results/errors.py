"""The one error that is the user's to mend."""


class InputError(Exception):
    """Something the user gave cannot be used. The message says what, where and what is allowed."""
