"""The language of keyword lists: text -> tokens -> tree -> text, and the tree held against a notice."""
