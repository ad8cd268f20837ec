#!/bin/sh
# The topic itself, from its beginning to what is its end now: a key and an event on each line.
#   sh topic.sh 127.0.0.1:9092 articles.enriched
set -eu
# Without read_committed kcat would show what was taken back.
kcat -C -b "$1" -t "$2" -o beginning -e -q -X isolation.level=read_committed -f '%k %s\n'
