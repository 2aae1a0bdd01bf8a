"""What is checked with Stripe's own library."""
