"""The only package that speaks SQL (SQLAlchemy Core): functions take a connection and give domain objects."""
