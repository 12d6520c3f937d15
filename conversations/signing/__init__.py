"""Sign-up forms: the public page and its protocol, and the pages of those who make them."""
