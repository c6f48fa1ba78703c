# shellcheck shell=bash disable=SC2154,SC2329
# Read by run.sh: every Spark that kernels are tried on beside the platform's own, in KUBEYARD_CACHE, by its lock.

# Sets KUBEYARD_TEST_SPARK_HOMES, unless somebody has.
install_sparks() {
  [[ -z ${KUBEYARD_TEST_SPARK_HOMES:-} ]] || return 0
  local lock folder homes=()
  for lock in locks/spark.txt locks/spark-*.txt; do
    folder=$KUBEYARD_CACHE/sparks/$(sha256sum "$lock" | cut -c1-16)
    [[ -d $folder ]] || install_spark "$lock" "$folder" || return
    homes+=("$folder/pyspark")
  done
  KUBEYARD_TEST_SPARK_HOMES=$(IFS=,; echo "${homes[*]}")
  export KUBEYARD_TEST_SPARK_HOMES
}

# In its place only once it is whole.
install_spark() { # LOCK FOLDER
  echo "$1 ..."
  rm -rf "$2.part"
  "$KUBEYARD_UV" pip install --quiet --require-hashes --no-deps --python .venv/bin/python --target "$2.part" -r "$1" || return
  chmod -R go+rX "$2.part"
  mv "$2.part" "$2"
}
