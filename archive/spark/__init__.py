"""Apache Spark: what is pure here runs on its executors too."""
