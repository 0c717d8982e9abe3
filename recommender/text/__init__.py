"""What an article says, as words: repaired, cut, stemmed, by language."""
