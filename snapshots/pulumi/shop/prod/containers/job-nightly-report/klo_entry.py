# Start of job.nightly-report. Written by klo.
# Calls it once and ends: examples/shop/jobs/nightly_report.py (main).

from klo_runtime.events import load, run_once

if __name__ == "__main__":
    run_once(load("jobs.nightly_report", "main"))
