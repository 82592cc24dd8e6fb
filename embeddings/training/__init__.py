"""What the bundled encoder was taught with: our own texts, and the training that turns them into an adapter."""
