"""Who a person is, and their rights over what is kept of them."""
