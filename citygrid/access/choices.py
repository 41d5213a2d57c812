"""The three administrators, who exclude one another. All other roles are data (data/roles.yaml)."""

ADMINISTRATORS = ["system_administrator", "security_administrator", "audit_administrator"]

ROLES_FILE = "data/roles.yaml"  # from the root of the checkout
