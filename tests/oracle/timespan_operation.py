"""FB_ALY_TimespanOperation with whole numbers of any size."""


def expected(spans, subtracts):
    """The result, or None where it, or a result on the way, is outside LINT."""
    total = spans[0]
    for span in spans[1:]:
        total += -span if subtracts else span
        if not -(2**63) <= total < 2**63:
            return None
    return total
