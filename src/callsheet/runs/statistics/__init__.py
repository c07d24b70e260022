"""What many runs tell together: how often they succeed, how long they and their tools take, why they fail."""
