"""Articles as files have them, for tests that read."""


def article(title, *lines, body=""):
    """The text of a file with a title and further lines of front matter."""
    return "\n".join(["---", f"title: {title}", *lines, "---", body])


def without_guess(warnings):
    """The warnings, without the one that a tree of files without a configuration has."""
    return tuple(warning for warning in warnings if "set articles.address" not in warning)
