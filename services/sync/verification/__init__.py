"""Whether the data of each unit are right, here and in the platform; who signed that; and since when it has held."""
