"""What `customhouse load` does: stage and Locust in processes of their own, the live table, the report."""
