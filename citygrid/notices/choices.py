TEMPLATES_FILE = "data/notices/templates.yaml"
