"""Rulings (裁断): decisions of rules that guard an action, the facts they still need, a person's override."""
