"""Events become deliveries to destinations by rules, and deliveries become messages that are never lost."""
