"""Words to numbers: fields of TF-IDF, nearest neighbors."""
