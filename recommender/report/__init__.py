"""What people read about a site: what changed since the last run, and how the site stands. Above `evaluation`."""
