"""Apache Airflow: a file of DAGs, one for each kind of command, in it a task for each collection.

For Airflow 3, and 2.7 or later.
"""

import shlex
from collections.abc import Iterator, Sequence

from crawler.reporting.amounts import plural
from crawler.scheduling.plans import Plan

HEAD = '''\
"""{count} kept up to date by thanhuy. Put this file into Airflow's folder of DAGs."""

from datetime import datetime, timedelta, timezone

try:
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.operators.bash import BashOperator

AGAIN = {{"retries": 2, "retry_delay": timedelta(minutes=30)}}
QUIET = [11, 75]  # interrupted, or another run holds the collection: the next run goes on
'''
TEMPLATES = ("{{", "{%", "{#")
"""What Airflow takes for a template."""


def format_dags(plans: Sequence[Plan]) -> Iterator[str]:
    """The lines of the file. The plans have the same interval."""
    yield from HEAD.format(count=plural(len(plans), "collection")).split("\n")
    for number, job in enumerate(plans[0].jobs):
        options = (
            f"dag_id={f'thanhuy_{job.name}'!r}, description={job.says!r}, schedule={job.cron!r}, catchup=False,"
            " max_active_runs=1, default_args=AGAIN, start_date=datetime(2024, 1, 1, tzinfo=timezone.utc)"
        )
        yield f"with DAG({options}):"
        for turn, plan in enumerate(plans):
            # A command that ends in `.sh ` is no file of commands to Airflow, one that ends in `.sh` is.
            command = f"{shlex.join(plan.jobs[number].words)} "
            task = f"{plan.name}_{turn}" if len(plans) > 1 else plan.name
            yield f"    BashOperator(task_id={task!r}, bash_command={command!r}, skip_on_exit_code=QUIET)"
        yield ""
