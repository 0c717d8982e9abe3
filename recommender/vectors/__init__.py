"""Corpus to numbers: text, fields of TF-IDF, nearest neighbors."""
