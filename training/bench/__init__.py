"""The method's benchmark: tasks, studies, and the report in docs/results."""
