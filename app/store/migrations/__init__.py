"""Steps from one shape of the database to the next, applied when the store is first used."""
