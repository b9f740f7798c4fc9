"""Stock Whoosh, run by a Python of its own that has it: `python stock_whoosh.py WORKLOAD FOLDER`, an answer in JSON.

Imports nothing of this project: the two Whooshes share their name.
"""

import json
import sys
import warnings
from time import perf_counter

warnings.simplefilter("ignore")

from whoosh import index, scoring  # noqa: E402
from whoosh.analysis import StemmingAnalyzer  # noqa: E402
from whoosh.fields import TEXT, Schema  # noqa: E402
from whoosh.qparser import MultifieldParser, OrGroup  # noqa: E402

FIELDS = ("title", "headings", "body")


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        workload = json.load(file)
    schema = Schema(**{name: TEXT(analyzer=StemmingAnalyzer(), stored=True) for name in FIELDS})
    started = perf_counter()
    built = index.create_in(sys.argv[2], schema)
    writer = built.writer(limitmb=256)
    for passage in workload["passages"]:
        writer.add_document(**dict(zip(FIELDS, passage)))  # noqa: B905 - any Python
    writer.commit()
    seconds = perf_counter() - started
    parser = MultifieldParser(FIELDS, schema, group=OrGroup)
    times, found = [], []
    with built.searcher(weighting=scoring.BM25F()) as searcher:
        for number in range(2):
            found = []
            for words in workload["queries"]:
                query = parser.parse(words)
                started = perf_counter()
                hits = [hit.fields() for hit in searcher.search(query, limit=10)]
                if number:
                    times.append((perf_counter() - started) * 1000)
                found.append([[hit[name] for name in FIELDS] for hit in hits])
    print(json.dumps({"seconds": seconds, "times": times, "found": found}))


main()
