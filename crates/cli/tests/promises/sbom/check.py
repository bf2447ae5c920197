"""Holds inventories against the official schema of CycloneDX 1.6, and package URLs against their own parser."""

import json
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

validator = JsonStrictValidator(SchemaVersion.V1_6)
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    error = validator.validate_str(text)
    if error is not None:
        sys.exit(f"{path}: {error}")
    for component in json.loads(text)["components"]:
        purl = component.get("purl")
        if purl is not None and PackageURL.from_string(purl).to_string() != purl:
            sys.exit(f"{path}: {purl} is not in its canonical form")
print(len(sys.argv) - 1, "valid")
