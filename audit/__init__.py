"""What `make audit` asks about everything that others wrote and we install, and about our CI."""
