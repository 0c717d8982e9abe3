"""
What large sites lose because common terms propose nobody: nearest articles by every term, and by the index.

Usage: python benchmarks/candidates.py MODEL [--queries 1000]

MODEL is the folder of a saved model, such as `drafts.py --folder` leaves. For some articles, drawn by chance, the
similarity to every other is computed; it is counted how many of the five and ten nearest are among the candidates of
the index, and how long both take, on one thread.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from recommender import load_model

N_CANDIDATES = 128
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model", type=Path)
parser.add_argument("--queries", type=int, default=1000)
options = parser.parse_args()
model = load_model(options.model)
ids = np.random.default_rng(0).permutation(model.article_ids)[: options.queries].tolist()
vectors = model.vectors_of(ids)
catalogue = model._fitted().state.catalogue
queries = [vectors[place : place + 1] for place in range(len(ids))]
start = time.process_time()
found = [catalogue.index.candidates([query], N_CANDIDATES)[0][0] for query in queries]
middle = time.process_time()
shares: dict[int, list[float]] = {5: [], 10: []}
seconds = 0.0
for place, (article_id, rows) in enumerate(zip(ids, found, strict=True)):
    begin = time.process_time()
    similarities = catalogue.index.similarities(queries[place])
    seconds += time.process_time() - begin
    similarities[catalogue.row_of(article_id)] = 0.0
    nearest = np.argsort(-similarities, kind="stable")
    for n, values in shares.items():
        values.append(float(np.isin(nearest[:n], rows).mean()))
print(f"{catalogue.n_rows:,} articles, {len(ids):,} asked, {N_CANDIDATES} candidates each")
print(", ".join(f"{np.mean(values):.2%} of the {n} nearest" for n, values in shares.items()))
by_index, by_every_term = (1000 * value / len(ids) for value in (middle - start, seconds))
print(f"{by_index:.2f} ms an article by the index, {by_every_term:.2f} by every term")
