"""The batch by many processes, of a Dask cluster or of this machine: docs/cluster.md has the use and the cost."""

from recommender.cluster.here import LEAST_ASKED, lines_by_processes
from recommender.cluster.run import ClusterRun, connected, suggest_on_cluster
from recommender.cluster.tasks import Written

__all__ = ["LEAST_ASKED", "ClusterRun", "Written", "connected", "lines_by_processes", "suggest_on_cluster"]
