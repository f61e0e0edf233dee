"""What the exchange says when it does not do something."""


class Refusal(Exception):
    """What is wrong and what to do about it."""
