"""Run by a Python that has followthemoney: for each entity on the input, a line with the properties that the library took of it."""

import json
import sys

from followthemoney import EntityProxy  # type: ignore[import-not-found, unused-ignore]

for line in sys.stdin:
    given = json.loads(line)
    made = EntityProxy.from_dict(given, cleaned=False)
    made.schema.validate(given)
    sys.stdout.write(json.dumps(sorted(name for name in made.properties if made.get(name))) + "\n")
