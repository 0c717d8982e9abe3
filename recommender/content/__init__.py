"""Files -> Corpus: front matter, addresses, curated lists, and the text of articles as typed."""
