"""Unattended runs: units and crontab lines that begin them, and whom to tell how they ended."""
