"""From words to replies: which subject is meant, what is known of it, said in the right writing."""
