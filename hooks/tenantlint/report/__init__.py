"""What tenantlint prints: one output format a module."""
