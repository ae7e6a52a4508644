"""What runs the application on one machine: embedded servers, and the supervisor of `make demo`.

Nothing here is needed in production; nothing outside this package starts or stops a process.
"""
