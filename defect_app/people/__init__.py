"""Who may do what: people with passwords and roles, keys for programs; modules are imported one by one."""
