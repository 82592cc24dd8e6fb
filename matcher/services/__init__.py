"""One verb per use case: each checks the policy, takes the transition, changes rows and records what happened."""
