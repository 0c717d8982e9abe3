"""Numbers to order: the graph of curated lists, features, rankers, who is eligible, explanations."""
