# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Validates documents by JSON Schemas, each by the draft that it names. schema_python is a
# Python that has jsonschema, or empty if there is none.

for schema_python in /usr/bin/python3 python3 ''; do
	[ -n "$schema_python" ] && "$schema_python" -c 'import jsonschema' 2>/dev/null && break
done

schema_accepts() { # SCHEMA FILE...
	"$schema_python" - "$@" <<-'PYTHON'
		import json, sys, jsonschema
		schema, *documents = (json.load(open(path)) for path in sys.argv[1:])
		validator = jsonschema.validators.validator_for(schema)
		validator.check_schema(schema)
		for document in documents:
		    validator(schema).validate(document)
	PYTHON
}
