# Start of job.embed. Written by klo.
# Calls it once and ends: examples/inference/embedding/main.py (embed).

from klo_runtime.events import load, run_once

if __name__ == "__main__":
    run_once(load("embedding.main", "embed"))
