#!/bin/sh
# Registers the namespace and the search attributes of protocol/names.ts. TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are set.
set -eu

# Runs the command until it succeeds, at most 60 times.
retry() {
  attempt=1
  until "$@"; do
    [ "$attempt" -lt 60 ] || return 1
    attempt=$((attempt + 1))
    sleep 2
  done
}

has_namespace() { temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; }
ensure_namespace() {
  has_namespace || temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 72h || has_namespace
}
ensure_attributes() {
  listed=$(temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE") || return 1
  for name in TaskName TaskVersion TaskRecord; do
    echo "$listed" | grep -qw "$name" ||
      temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type Keyword || return 1
  done
}

retry temporal operator cluster health
retry ensure_namespace
# The frontend learns of a new namespace within some seconds.
retry ensure_attributes
