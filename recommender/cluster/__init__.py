"""The batch by many processes, of a Dask cluster or of this machine: docs/cluster.md has the use and the cost."""

from recommender.cluster.here import LEAST_ASKED, MOST_ASKED, lines_by_processes
from recommender.cluster.run import connected, suggest_on_cluster

__all__ = ["LEAST_ASKED", "MOST_ASKED", "connected", "lines_by_processes", "suggest_on_cluster"]
