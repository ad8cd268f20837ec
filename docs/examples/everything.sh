#!/bin/sh
# Everything, page by page, each article once: prints JSON pages, and keeps the cursor in a file for the next time.
#   sh everything.sh http://127.0.0.1:8000 language=ar >> pages.jsonl
set -eu
api=$1 filters=${2:+&$2} cursor_file=${3:-khabar.cursor}
headers=$(mktemp) && trap 'rm -f "$headers"' EXIT
while :; do
  curl -fsS --compressed -D "$headers" "$api/v1/articles?since=$(cat "$cursor_file" 2>/dev/null || echo 0)$filters"
  echo
  # Kept once the page is out: what comes between is read again, never left out.
  sed -n 's/^khabar-cursor: \([A-Za-z0-9_-]*\).*/\1/Ip' "$headers" > "$cursor_file"
  grep -qi '^link:.*rel="next"' "$headers" || break
done
