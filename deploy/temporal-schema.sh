#!/bin/sh
# Makes Temporal's two databases and brings their schemas to this server version's.
set -eu

for database in temporal temporal_visibility; do
  case $database in
    temporal) schema=temporal ;;
    temporal_visibility) schema=visibility ;;
  esac
  sql="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS -u $POSTGRES_USER -p $DB_PORT --db $database"
  $sql create
  $sql setup-schema -v 0.0
  $sql update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
