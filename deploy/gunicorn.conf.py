"""The web server behind the proxy. systemd hands over the socket, so nothing is bound here."""

worker_class = "gthread"
workers = 2
threads = 4
# Stops a worker whose threads all hang; a single page is stopped by the database's own limit of 15 seconds.
timeout = 60
graceful_timeout = 30
worker_tmp_dir = "/dev/shm"  # noqa: S108 – in memory: a slow disk must not make a worker look dead
# Whoever may steer the site does so through systemd.
control_socket_disable = True
# The proxy writes the access log, without what people search for.
accesslog = None
