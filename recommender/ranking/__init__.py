"""Numbers to order: the graph of curated lists, features, rankers, rules, explanations."""
