"""``tenantlint graph``: the schema as an entity-relationship diagram, with what the rules find marked in it."""
