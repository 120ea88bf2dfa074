"""The HTTP API of CSSM: a table of routes, from which requests are answered and the OpenAPI description is made."""
