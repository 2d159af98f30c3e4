"""The language server: tenantlint in an editor."""
