"""Tables that people open in a spreadsheet: no cell may begin a formula, whatever somebody typed into a form."""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: object) -> object:
    """Return a cell that a spreadsheet takes for text: what could begin a formula gets an apostrophe before it."""
    if isinstance(cell, str) and cell.lstrip().startswith(DANGEROUS):
        return f"'{cell}"
    return cell
