"""The batch on a Dask cluster: docs/cluster.md has the use and the cost."""

from recommender.cluster.run import ClusterRun, connected, suggest_on_cluster

__all__ = ["ClusterRun", "connected", "suggest_on_cluster"]
