"""What words mean across languages, by the CPV's labels, which stand side by side in 23 of them."""
