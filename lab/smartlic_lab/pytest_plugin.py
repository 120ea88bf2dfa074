"""Fixtures: a lab, its devices, its CSSM, its clock. Imports the lab only when a fixture is used."""
