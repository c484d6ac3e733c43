"""Reads OpenAPI documents with Schemathesis: read.py DOCUMENT..."""
import sys

import schemathesis

for path in sys.argv[1:]:
    operations = [found.ok() for found in schemathesis.openapi.from_path(path).get_all_operations()]
    if not operations:
        sys.exit(f"{path}: Schemathesis finds no operation")
    print(f"{path}: Schemathesis reads {len(operations)} operations")
