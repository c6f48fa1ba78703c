"""What a person types into the form of a new environment."""

FORM = {
    "name": "churn",
    "visibility": "private",
    "pip": "humanize",
    "conda": "",
    "driver_memory_mb": "1024",
    "executor_memory_mb": "1024",
    "executors": "1",
    "executor_cores": "1",
    "queue": "interactive",
}
