"""The moto server with the gaps filled that terraform-provider-aws 5.100 trips over.

Every gap is one function that names its reason; each was observed on moto 5.2.1
(2026-11). A gap that moto closes by itself can be deleted: its function changes
nothing that the server then does differently.
"""
