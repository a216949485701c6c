"""Writes as the older application does: reads a document whole, changes a value, and replaces it with what it read.

Usage: older_application.py URI DATABASE. Ends at SIGTERM, and prints how many documents it has replaced.
"""
import random
import signal
import sys
import time

from pymongo import MongoClient

running = True


def stop(*_):
    global running
    running = False


signal.signal(signal.SIGTERM, stop)
database = MongoClient(sys.argv[1])[sys.argv[2]]
replaced = 0
print("writing", flush=True)
while running:
    for name in ("users", "customers_v2"):
        keys = [found["_id"] for found in database[name].find({}, {"_id": 1}).limit(5000)]
        for key in random.sample(keys, min(100, len(keys))):
            if not running:
                break
            document = database[name].find_one({"_id": key})
            if document is None:
                continue
            document["last_seen_by_route"] = replaced
            # What others write meanwhile is lost.
            time.sleep(random.random() / 500)
            replaced += database[name].replace_one({"_id": key}, document).matched_count
print(replaced, flush=True)
