"""The pages on reading tell what the code does."""

from pathlib import Path

import pytest
import yaml

from recommender.content.fields import USUAL_NAMES
from recommender.content.related_lists import ENTRY_NAMES, read_entries
from recommender.content.site import read_article

DOCS = Path(__file__).parents[2] / "docs"
FIELDS = (DOCS / "fields.md").read_text("utf-8")
LISTS = (DOCS / "lists.md").read_text("utf-8")
GUIDE = (DOCS / "reading.md").read_text("utf-8")


@pytest.mark.parametrize("ours", USUAL_NAMES)
def test_usual_names(ours):
    """Every name that is read is on the page of fields."""
    assert [name for name in USUAL_NAMES[ours] if f"`{name}`" not in FIELDS] == []


def test_entry_names():
    """Every name of an address in an embedded entry is on the page of lists."""
    names = ENTRY_NAMES["url"] + ENTRY_NAMES["path"]
    line = LISTS[LISTS.index("# embedded:") : LISTS.index("- https://example.org/white-tea/")]
    assert [name for name in names if name not in line] == []


def test_curated_list():
    """The list that shows every form is read, each line as one entry; so is the short one of the guide."""
    for page, n_entries in ((LISTS, 15), (GUIDE, 4)):
        block = page[page.index("related:\n") :].split("```")[0]
        read = read_entries(yaml.safe_load(block)["related"], None)
        assert (len(read.entries), read.complaints) == (n_entries, ())


def test_one_article():
    """The text of the example is read with the id that the guide says."""
    assert 'read_article("---\\ntitle: Tea\\n---\\nThe kettle sings.\\n")  # a text; its id is `tea`' in GUIDE
    assert read_article("---\ntitle: Tea\n---\nThe kettle sings.\n").id == "tea"
