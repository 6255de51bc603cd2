"""Numbers in words, the same in tables and pictures."""


def spaced(number: int) -> str:
    """A whole number in groups of three, which no decimal comma or point can be confused with."""
    return f"{number:,}".replace(",", " ")


def plural(number: int, noun: str) -> str:
    return f"{spaced(number)} {noun}{'' if number == 1 else 's'}"
