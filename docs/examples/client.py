"""Everything that arrives, with the client in Python: the cursor is kept in a file once a batch is dealt with.

python client.py http://127.0.0.1:8000 khabar.cursor
"""

import sys
from pathlib import Path

from shared.client import Khabar


def read(url: str, cursor_file: Path) -> None:
    since = cursor_file.read_text() if cursor_file.exists() else "0"
    with Khabar(url) as khabar:
        for batch in khabar.everything(since=since, language="ar"):  # wait_seconds=10: for ever
            for article in batch.articles:
                print(article.id, article.revision.number, article.title)
            for article_id in batch.removed:
                print(article_id, "removed")
            cursor_file.write_text(batch.cursor)


if __name__ == "__main__":
    read(sys.argv[1], Path(sys.argv[2]))
